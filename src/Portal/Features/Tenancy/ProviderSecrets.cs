using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Features.Tenancy;

/// <summary>Client secrets go in and come out for the provider alone; no page gets one back.</summary>
public sealed class ProviderSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector _secrets = protection.CreateProtector("Portal.IdentityProviders.Secret");

    public string Protect(string secret) => _secrets.Protect(secret);

    /// <summary>Null where the key it was protected with is gone.</summary>
    internal string? Reveal(string protectedSecret)
    {
        try
        {
            return _secrets.Unprotect(protectedSecret);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
