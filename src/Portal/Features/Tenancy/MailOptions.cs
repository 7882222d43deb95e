using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Tenancy;

public enum MailSecurity
{
    /// <summary>By the port: 465 is encrypted from the start, others must upgrade.</summary>
    Auto,
    StartTls,
    Tls,

    /// <summary>For a server on this machine alone: what is sent can be read on the way.</summary>
    None,
}

/// <summary>Where mail goes. Without a host each mail becomes a file in the storage folder, so that nothing is lost before one is set up.</summary>
public sealed class MailOptions
{
    public string Host { get; set; } = "";

    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    public MailSecurity Security { get; set; }

    public string UserName { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>The address mail comes from; the server must allow it.</summary>
    public string From { get; set; } = "portal@portal.invalid";

    public string FromName { get; set; } = "Portal";

    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    public bool IsFileOutbox => Host is "";
}
