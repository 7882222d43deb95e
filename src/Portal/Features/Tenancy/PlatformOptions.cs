using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Tenancy;

/// <summary>Who runs this portal, as its customers reach them.</summary>
public sealed class PlatformOptions
{
    /// <summary>Where somebody writes whose organisation is suspended; empty where people know whom to ask.</summary>
    [MaxLength(254)]
    public string SupportAddress { get; set; } = "";

    /// <summary>How recently an admin must have signed in to look into an organisation by break-glass.</summary>
    public TimeSpan FreshSignIn { get; set; } = TimeSpan.FromMinutes(10);
}
