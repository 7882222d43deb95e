using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Hands one mail over. Killed between handing over and saving it sends a second one under the same message id.</summary>
public sealed class MailWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, MailService mail, MailGateway gateway, TimeProvider time, ILogger<MailWorker> logger)
{
    public async Task RunAsync(string tenantId, string mailId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var letter = await db.OutgoingMails.SingleOrDefaultAsync(m => m.Id == mailId, ct);
        if (letter?.TryBegin(Now) is not true || !await db.TrySaveAsync(ct) || letter.State is not MailState.Waiting)
        {
            return;
        }

        await SendAsync(letter, ct);
        if (await db.TrySaveAsync(ct))
        {
            logger.LogInformation("Mail {Mail} is {State} after {Attempts} attempts", mailId, letter.State, letter.Attempts);
        }
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task SendAsync(OutgoingMail letter, CancellationToken ct)
    {
        if (mail.TextOf(letter) is not { } text)
        {
            letter.GiveUp("The mail can no longer be read. Send the invitation again.");
            return;
        }

        try
        {
            await gateway.SendAsync(letter.Id, letter.Recipient, letter.Subject, text, ct);
            letter.Sent(Now);
        }
        catch (MailException fault)
        {
            logger.LogWarning(fault, "Mail {Mail} could not be sent", letter.Id);
            letter.Failed(fault.Message, Now);
        }
    }
}
