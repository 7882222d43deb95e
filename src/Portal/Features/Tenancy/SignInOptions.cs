using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Tenancy;

/// <summary>Any OpenID Connect provider: set authority, client id and secret.</summary>
public sealed class SignInOptions
{
    [Required(ErrorMessage = "Set SignIn:Authority to your OpenID Connect issuer.")]
    public string Authority { get; set; } = "";

    [Required(ErrorMessage = "Set SignIn:ClientId to the client your provider knows this portal by.")]
    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>Set for the development sign-in of the sandbox. Production refuses to start with it.</summary>
    public bool IsSandbox { get; set; }

    public TimeSpan SessionLength { get; set; } = TimeSpan.FromHours(8);
}
