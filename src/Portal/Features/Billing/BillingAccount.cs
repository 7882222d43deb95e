using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>How a subscription stands, in the portal's words.</summary>
public enum SubscriptionState
{
    None,
    Trialing,
    Active,

    /// <summary>A payment failed and is tried again.</summary>
    PastDue,

    /// <summary>Payments failed until nobody tries any more: nothing that costs is begun until one goes through.</summary>
    Unpaid,
    Ended,
}

/// <summary>Whether an organisation is invoiced in the middle of a period, once it has used so much.</summary>
public enum AccountWatch
{
    /// <summary>By its history: watched until it has paid an invoice, and after a payment that failed.</summary>
    ByHistory,
    Never,
    Always,
}

public static class SubscriptionStates
{
    /// <summary>Whether a plan is paid for, or still hoped to be.</summary>
    public static bool IsRunning(this SubscriptionState state) => state is SubscriptionState.Trialing or SubscriptionState.Active or SubscriptionState.PastDue or SubscriptionState.Unpaid;
}

/// <summary>An organisation as a customer: a mirror of what Stripe says, never ahead of it.</summary>
public sealed class BillingAccount : TenantOwned, IVersioned
{
    /// <summary>What this organisation is at Stripe; empty until it first buys something.</summary>
    public string Customer { get; private set; } = "";

    public string Subscription { get; private set; } = "";

    public string PlanId { get; private set; } = "";

    public SubscriptionState State { get; private set; }

    public DateTime? TrialEndsAt { get; private set; }

    public DateTime? PeriodStartAt { get; private set; }

    public DateTime? PeriodEndsAt { get; private set; }

    public DateTime? EndsAt { get; private set; }

    /// <summary>Since when its usage is charged; usage before was never sold.</summary>
    public DateTime? BillableFromAt { get; private set; }

    /// <summary>The discount that runs, in words; empty where none does.</summary>
    public string Discount { get; private set; } = "";

    public DateTime? DiscountEndsAt { get; private set; }

    /// <summary>What is left of granted credit: it pays for usage before any card does.</summary>
    public long CreditCents { get; private set; }

    /// <summary>When the first of it expires; null where none of it does.</summary>
    public DateTime? CreditExpiresAt { get; private set; }

    /// <summary>As Stripe has it: usage that reaches it is invoiced at once. Null where there is no such amount.</summary>
    public long? ThresholdCents { get; private set; }

    /// <summary>The last payment that failed, as far as the portal was told.</summary>
    public DateTime? PaymentFailedAt { get; private set; }

    /// <summary>What those who run the portal decided.</summary>
    public AccountWatch Watch { get; private set; }

    /// <summary>Since when usage was on no invoice yet as its owners were told that it reached the threshold: that crossing is told.</summary>
    public DateTime? ThresholdToldFor { get; private set; }

    /// <summary>Of the reading at Stripe that this is; an older one changes nothing.</summary>
    public DateTime? ReadAt { get; private set; }

    /// <summary>Who reports usage now. Stripe takes one report at a time for each customer.</summary>
    public string LeaseToken { get; private set; } = "";

    public DateTime? LeaseUntil { get; private set; }

    /// <summary>Usage before this has been taken up to be reported.</summary>
    public DateTime? CollectedUntilAt { get; private set; }

    /// <summary>When its ledger was last compared with Stripe's count.</summary>
    public DateTime? ReconciledAt { get; private set; }

    public long Version { get; private set; }

    public bool IsBillable => BillableFromAt is not null && Customer is not "";

    /// <summary>Null where no subscription runs.</summary>
    public Plan? Bought() => State.IsRunning() ? Plans.Find(PlanId) : null;

    public void Become(string customer) => Customer = customer;

    public void Take(SubscriptionFacts? facts, DateTime readAt)
    {
        ReadAt = readAt;
        if (facts is null)
        {
            (State, PlanId) = (State is SubscriptionState.None ? SubscriptionState.None : SubscriptionState.Ended, "");
            (Discount, DiscountEndsAt, ThresholdCents) = ("", null, null);
            return;
        }

        (Discount, DiscountEndsAt, ThresholdCents) = (facts.Discount, facts.DiscountEndsAt, facts.ThresholdCents);
        PaymentFailedAt = facts.State is SubscriptionState.PastDue or SubscriptionState.Unpaid ? readAt : PaymentFailedAt;
        (Subscription, PlanId, State) = (facts.Id, facts.PlanId, facts.State);
        (TrialEndsAt, PeriodStartAt, PeriodEndsAt, EndsAt) = (facts.TrialEndsAt, facts.PeriodStartAt, facts.PeriodEndsAt, facts.EndsAt);
        if (State.IsRunning())
        {
            BillableFromAt ??= facts.StartedAt;
        }
    }

    public void Take(CreditFacts? credit) => (CreditCents, CreditExpiresAt) = (credit?.LeftCents ?? 0, credit?.ExpiresAt);

    public void SetWatch(AccountWatch watch) => Watch = watch;

    public void Told(DateTime since) => ThresholdToldFor = since;

    public bool TryLease(string token, DateTime now, TimeSpan length)
    {
        if (LeaseUntil > now && LeaseToken != token)
        {
            return false;
        }

        (LeaseToken, LeaseUntil) = (token, now + length);
        return true;
    }

    public void ReconcileSoon() => ReconciledAt = null;
}

/// <summary>Whose a customer of Stripe is. Global, because an event names a customer before anybody knows for whom to act.</summary>
public sealed class StripeCustomer
{
    public required string Customer { get; init; }

    public required string TenantId { get; init; }
}

internal sealed class BillingAccountMapping : IEntityTypeConfiguration<BillingAccount>
{
    public void Configure(EntityTypeBuilder<BillingAccount> builder)
    {
        builder.HasPublicId("bill");
        builder.Property(a => a.Customer).HasMaxLength(80);
        builder.Property(a => a.Subscription).HasMaxLength(80);
        builder.Property(a => a.PlanId).HasMaxLength(40);
        builder.Property(a => a.Discount).HasMaxLength(200);
        builder.Property(a => a.Watch).HasDefaultValue(AccountWatch.ByHistory);
        builder.Property(a => a.LeaseToken).HasMaxLength(40);
        builder.HasIndex(a => a.TenantId).IsUnique();
    }
}

internal sealed class StripeCustomerMapping : IEntityTypeConfiguration<StripeCustomer>
{
    public void Configure(EntityTypeBuilder<StripeCustomer> builder)
    {
        builder.HasKey(c => c.Customer);
        builder.Property(c => c.Customer).HasMaxLength(80);
        builder.Property(c => c.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.HasIndex(c => c.TenantId).IsUnique();
    }
}

public static class AccountTables
{
    extension(PortalDbContext db)
    {
        public DbSet<BillingAccount> BillingAccounts => db.Set<BillingAccount>();

        /// <summary>The organisation's own, where its payments have failed until nobody tries any more.</summary>
        internal IQueryable<BillingAccount> UnpaidAccounts => db.BillingAccounts.Where(a => a.State == SubscriptionState.Unpaid);

        public DbSet<StripeCustomer> StripeCustomers => db.Set<StripeCustomer>();

        public DbSet<BillingInvoice> BillingInvoices => db.Set<BillingInvoice>();

        public DbSet<StripeEvent> StripeEvents => db.Set<StripeEvent>();
    }
}
