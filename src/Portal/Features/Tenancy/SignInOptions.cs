using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Tenancy;

/// <summary>Any OpenID Connect provider: set authority, client id and secret.</summary>
public sealed class SignInOptions
{
    /// <summary>The issuer, letter for letter as the provider writes it: what its metadata and tokens say must equal this.</summary>
    [Required(ErrorMessage = "Set SignIn:Authority to your OpenID Connect issuer.")]
    public string Authority { get; set; } = "";

    [Required(ErrorMessage = "Set SignIn:ClientId to the client your provider knows this portal by.")]
    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>Set for the development sign-in of the sandbox. Production refuses to start with it.</summary>
    public bool IsSandbox { get; set; }

    /// <summary>A session ends after this, however busy it is.</summary>
    public TimeSpan SessionLength { get; set; } = TimeSpan.FromHours(12);

    /// <summary>A session ends when nobody did anything in it for so long.</summary>
    public TimeSpan IdleLength { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How often an open page asks whether its session still stands.</summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long somebody may take at the provider.</summary>
    public TimeSpan StateLength { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Lets an organisation name a provider on this machine, over plain http: for development. Production refuses to start with it.</summary>
    public bool AllowLoopbackProviders { get; set; }

    /// <summary>A resolver that answers over HTTPS in JSON; it is asked for the record that proves a domain.</summary>
    [Required(ErrorMessage = "Set SignIn:ResolverUrl to a resolver that answers over HTTPS in JSON, such as https://dns.google/resolve.")]
    public string ResolverUrl { get; set; } = "https://dns.google/resolve";

    /// <summary>The sandbox brings a practice name server of its own.</summary>
    public string ResolverAddress => IsSandbox ? Authority.TrimEnd('/') + "/resolve" : ResolverUrl;

    /// <summary>Plain http, so development on this machine: cookies that insist on https would be lost.</summary>
    public bool IsPlainHttp => Authority.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}
