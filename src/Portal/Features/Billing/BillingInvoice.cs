using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>An invoice as Stripe has it: mirrored, never made here.</summary>
public sealed class BillingInvoice : TenantOwned
{
    public required string Invoice { get; init; }

    public string Number { get; private set; } = "";

    public string Status { get; private set; } = "";

    public long TotalCents { get; private set; }

    public long DueCents { get; private set; }

    public string Currency { get; private set; } = "";

    /// <summary>Of the total: what a coupon took off, what granted credit paid, and the tax that is in it.</summary>
    public long DiscountCents { get; private set; }

    public long CreditCents { get; private set; }

    public long TaxCents { get; private set; }

    /// <summary>Why Stripe made it, in its own word.</summary>
    public string Reason { get; private set; } = "";

    public required DateTime CreatedAt { get; init; }

    public DateTime? NextAttemptAt { get; private set; }

    /// <summary>Where it can be read and paid.</summary>
    public string PageUrl { get; private set; } = "";

    public string PdfUrl { get; private set; } = "";

    public void Take(InvoiceFacts facts)
    {
        (Number, Status, TotalCents, DueCents, Currency) = (facts.Number, facts.Status, facts.TotalCents, facts.DueCents, facts.Currency);
        (DiscountCents, CreditCents, TaxCents, Reason) = (facts.DiscountCents, facts.CreditCents, facts.TaxCents, facts.Reason);
        (NextAttemptAt, PageUrl, PdfUrl) = (facts.NextAttemptAt, facts.PageUrl, facts.PdfUrl);
    }
}

internal sealed class BillingInvoiceMapping : IEntityTypeConfiguration<BillingInvoice>
{
    public void Configure(EntityTypeBuilder<BillingInvoice> builder)
    {
        builder.HasPublicId("inv");
        builder.Property(i => i.Invoice).HasMaxLength(80);
        builder.Property(i => i.Number).HasMaxLength(80);
        builder.Property(i => i.Status).HasMaxLength(40);
        builder.Property(i => i.Currency).HasMaxLength(3);
        builder.Property(i => i.Reason).HasMaxLength(40);
        builder.Property(i => i.PageUrl).HasMaxLength(1_000);
        builder.Property(i => i.PdfUrl).HasMaxLength(1_000);
        builder.HasIndex(i => new { i.TenantId, i.Invoice }).IsUnique();
        builder.HasIndex(i => new { i.TenantId, i.CreatedAt });
    }
}
