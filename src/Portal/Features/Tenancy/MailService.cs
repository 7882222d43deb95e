using System.Security.Cryptography;
using Hangfire;
using Microsoft.AspNetCore.DataProtection;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Writing mail: added to what the act saves, so that neither happens without the other, and woken once that is saved.</summary>
public sealed class MailService(IDataProtectionProvider protection, IBackgroundJobClient jobs, TimeProvider time)
{
    private const int SubjectLength = 200;

    private readonly IDataProtector _texts = protection.CreateProtector("Portal.Mail.Text");

    public OutgoingMail Add(PortalDbContext db, string recipient, string subject, string text, DateTime expiresAt)
    {
        subject = subject.Length <= SubjectLength ? subject : subject[..SubjectLength];
        var letter = OutgoingMail.Write(recipient, subject, _texts.Protect(text), time.GetUtcNow().UtcDateTime, expiresAt);
        db.OutgoingMails.Add(letter);
        return letter;
    }

    /// <summary>Called after the save. Should it be lost, the sweep finds the mail.</summary>
    public void Wake(string tenantId, string mailId) => jobs.Enqueue<MailWorker>(w => w.RunAsync(tenantId, mailId, CancellationToken.None));

    /// <summary>Null where the key that encrypted it is gone.</summary>
    internal string? TextOf(OutgoingMail letter)
    {
        try
        {
            return _texts.Unprotect(letter.ProtectedText);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
