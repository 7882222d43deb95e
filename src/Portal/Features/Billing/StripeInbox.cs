using System.Text;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Stores what Stripe says, once, and leaves the acting to the worker.</summary>
public sealed class StripeInbox(IDbContextFactory<PortalDbContext> dbs, IBackgroundJobClient jobs, IOptions<BillingOptions> options, TimeProvider time, ILogger<StripeInbox> logger)
{
    private static readonly string[] s_understood = ["customer.", "invoice.", "checkout.session.", "billing.credit_grant.", "v1.billing.meter."];

    private static readonly string[] s_known =
    [
        "account.", "balance.", "billing.", "billing_portal.", "charge.", "coupon.", "credit_note.", "invoiceitem.", "invoice_payment.", "mandate.", "payment_intent.", "payment_method.", "plan.", "price.",
        "product.", "promotion_code.", "refund.", "setup_intent.", "subscription_schedule.", "tax.", "tax_rate.", "test_helpers.",
    ];

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>False where it is no message of Stripe. A copy of one that is here changes nothing.</summary>
    public async Task<bool> StoreAsync(ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (StripeMessage.Read(body) is not { } message)
        {
            logger.LogError("A signed message of Stripe could not be read: {Length} bytes", body.Length);
            return false;
        }

        var text = Encoding.UTF8.GetString(body.Span);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.StripeEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Event == message.Event, ct) is { } before)
        {
            if (before.Body != text && before.Type != message.Type)
            {
                logger.LogError("Stripe's event {Event} came again with another content; the first one stands", message.Event);
            }

            return true;
        }

        var stored = await AddAsync(db, message, text, ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            if (!await IsHereAsync(message.Event, ct))
            {
                throw;
            }

            // The other copy was first.
            return true;
        }

        if (stored.State is StripeEventState.Waiting)
        {
            jobs.Enqueue<StripeEventWorker>(w => w.RunAsync(stored.TenantId, stored.Id, CancellationToken.None));
        }

        return true;
    }

    private async Task<StripeEvent> AddAsync(PortalDbContext db, StripeMessage message, string body, CancellationToken ct)
    {
        var tenantId = message.Customer is "" ? null : await db.StripeCustomers.Where(c => c.Customer == message.Customer).Select(c => c.TenantId).SingleOrDefaultAsync(ct);
        // PostgreSQL has no text with a zero byte; nothing of ours ever has one.
        var stored = new StripeEvent
        {
            Event = message.Event, Type = message.Type, Body = body.Replace("\0", "", StringComparison.Ordinal), Customer = message.Customer, TenantId = tenantId ?? PlatformLog.Id,
            HappenedAt = message.HappenedAt, ReceivedAt = Now,
        };
        stored.Await(Now);
        var (state, problem) = Verdict(message, tenantId);
        stored.End(state, problem);
        if (problem is not "")
        {
            logger.LogError("Stripe's event {Event} of type {Type}: {Problem}", message.Event, message.Type, problem);
        }

        db.StripeEvents.Add(stored);
        return stored;
    }

    private (StripeEventState State, string Problem) Verdict(StripeMessage message, string? tenantId) => message switch
    {
        _ when message.IsLive == options.Value.IsPractice => (StripeEventState.Refused, "It is of the other mode: test where money moves, or the reverse."),
        _ when message.TenantId is not "" && tenantId is not null && message.TenantId != tenantId => (StripeEventState.Refused, "Its mark names another organization than its customer does."),
        _ when !s_understood.Any(p => message.Type.StartsWith(p, StringComparison.Ordinal)) => s_known.Any(p => message.Type.StartsWith(p, StringComparison.Ordinal))
            ? (StripeEventState.Kept, "") : (StripeEventState.Kept, "The portal does not know this type of event."),
        _ when message.Type.StartsWith("v1.billing.meter.", StringComparison.Ordinal) => (StripeEventState.Kept, "Stripe could not count usage that it was told of. Look at the meter's error report in Stripe's dashboard; the reconciliation finds whose it is."),
        _ when message.Customer is "" => (StripeEventState.Kept, "It names no customer."),
        _ when tenantId is null => (StripeEventState.Kept, "Its customer is no organization's here."),
        _ when message.ApiVersion != StripeGateway.ApiVersion => (StripeEventState.Waiting, $"It is written in version {message.ApiVersion}; what holds is read anew."),
        _ => (StripeEventState.Waiting, ""),
    };

    private async Task<bool> IsHereAsync(string stripeEvent, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.StripeEvents.AnyAsync(e => e.Event == stripeEvent, ct);
    }
}
