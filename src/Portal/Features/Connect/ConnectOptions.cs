using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Connect;

public enum ConnectionKind
{
    /// <summary>The local server that speaks Google's contract.</summary>
    Sandbox,

    /// <summary>The platform's own Google project, with the credentials of this machine.</summary>
    Platform,
}

public sealed class ConnectOptions
{
    public ConnectionKind Kind { get; set; } = ConnectionKind.Sandbox;

    public string SandboxUrl { get; set; } = "";

    [Required]
    public string GcpProject { get; set; } = "portal-sandbox";

    [Required]
    public string Location { get; set; } = "us-central1";

    /// <summary>Sent as the project that pays for quota; only user credentials need it.</summary>
    public string? QuotaProject { get; set; }
}
