using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Features.Monitor;

/// <summary>Secrets of webhooks go in, and come out to sign with; no page gets one back after it was made.</summary>
public sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector _secrets = protection.CreateProtector("Portal.AlertWebhooks.Secret");

    public string Protect(string secret) => _secrets.Protect(secret);

    /// <summary>All that sign at this moment; empty where the key they were protected with is gone.</summary>
    internal IReadOnlyList<string> Signing(AlertWebhook webhook, DateTime now)
    {
        try
        {
            return webhook.HasPrevious(now)
                ? [_secrets.Unprotect(webhook.ProtectedSecret), _secrets.Unprotect(webhook.PreviousProtectedSecret)] : [_secrets.Unprotect(webhook.ProtectedSecret)];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}
