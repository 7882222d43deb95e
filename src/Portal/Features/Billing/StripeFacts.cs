namespace Portal.Features.Billing;

/// <summary>A subscription as far as the portal cares.</summary>
public sealed record SubscriptionFacts(
    string Id, string PlanId, SubscriptionState State, DateTime StartedAt, DateTime? TrialEndsAt, DateTime? PeriodStartAt, DateTime? PeriodEndsAt, DateTime? EndsAt)
{
    /// <summary>What is taken off, in words; empty where nothing is.</summary>
    public string Discount { get; init; } = "";

    public DateTime? DiscountEndsAt { get; init; }

    public long? ThresholdCents { get; init; }
}

/// <summary>What is left of granted credit, and when the first of it expires.</summary>
public sealed record CreditFacts(long LeftCents, DateTime? ExpiresAt);

public sealed record InvoiceFacts(
    string Id, string Number, string Status, long TotalCents, long DueCents, string Currency, DateTime CreatedAt, DateTime? NextAttemptAt, string PageUrl, string PdfUrl)
{
    public long DiscountCents { get; init; }

    public long CreditCents { get; init; }

    public long TaxCents { get; init; }

    public string Reason { get; init; } = "";
}

/// <summary>A customer as Stripe has it at one moment. The tenant is what its metadata says.</summary>
public sealed record CustomerFacts(string TenantId, SubscriptionFacts? Subscription, CreditFacts Credit, IReadOnlyList<InvoiceFacts> Invoices);
