using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Leave;

public enum ErasureState
{
    /// <summary>Asked for; it can still be taken back.</summary>
    Waiting,
    Erasing,
    Erased,
    Cancelled,
}

/// <summary>What is done one after the other. Each stage can be begun again where a killed one stopped.</summary>
public enum ErasureStage
{
    /// <summary>Nobody enters, no key and no invitation works.</summary>
    Close,

    /// <summary>Work that waits is removed, and whoever is at work comes to an end.</summary>
    Work,
    Vendor,
    Files,
    Rows,

    /// <summary>A moment later all is looked through once more, for what was being written meanwhile.</summary>
    Settle,
}

/// <summary>
/// The erasure of an organisation, and all that stays of it afterwards: ids and numbers, nothing a customer wrote. Global, because it
/// outlives what it erases.
/// </summary>
public sealed class OrganizationErasure : IVersioned
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    public string Id { get; private set; } = "";

    public required string TenantId { get; init; }

    /// <summary>SHA-256 of its name in addresses, so that nobody gets that name again.</summary>
    public required string SlugHash { get; init; }

    public required string AskedByUserId { get; init; }

    public required DateTime AskedAt { get; init; }

    /// <summary>Who may read the receipt: the owners there were.</summary>
    public string OwnerList { get; private set; } = "";

    public ErasureState State { get; private set; } = ErasureState.Waiting;

    /// <summary>The organisation while it is open, its own id afterwards: a unique index over it keeps a second one out.</summary>
    public string Slot { get; private set; } = "";

    public DateTime DueAt { get; private set; }

    public ErasureStage Stage { get; private set; }

    public DateTime? BegunAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    /// <summary>What it waits for.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Attempts of the present stage that came to nothing.</summary>
    public int Failures { get; private set; }

    public DateTime NextStepAt { get; private set; }

    /// <summary>What was removed so far, and at the end the receipt.</summary>
    public string LedgerJson { get; private set; } = "";

    public string ReceiptJson { get; private set; } = "";

    public string ReceiptHash { get; private set; } = "";

    public string? LeaseToken { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    public bool IsOpen => State is ErasureState.Waiting or ErasureState.Erasing;

    public IReadOnlyList<string> OwnerIds => OwnerList.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public ErasureLedger Ledger => ErasureLedger.Parse(LedgerJson);

    public static OrganizationErasure Of(string tenantId, string slugHash, string userId, DateTime now, DateTime dueAt) => new()
    {
        TenantId = tenantId, SlugHash = slugHash, AskedByUserId = userId, AskedAt = now, Slot = tenantId, DueAt = dueAt, NextStepAt = dueAt,
    };

    public void Hurry(DateTime now) => (DueAt, NextStepAt) = (now, now);

    public void Cancel(DateTime now)
    {
        if (State is not ErasureState.Waiting)
        {
            throw new PortalException("The erasure has begun and can no longer be taken back.");
        }

        (State, EndedAt, Slot) = (ErasureState.Cancelled, now, Id);
    }

    public void Begin(IEnumerable<string> ownerIds, DateTime now)
    {
        (State, BegunAt) = (ErasureState.Erasing, BegunAt ?? now);
        OwnerList = string.Join(',', ownerIds.Append(AskedByUserId).Distinct().Take(40));
    }

    public void Note(ErasureLedger ledger) => LedgerJson = ledger.ToStored();

    public void GoOn()
    {
        Stage++;
        (Problem, Failures) = ("", 0);
    }

    /// <summary>The stage did not come to its end this time; the pause doubles from 2 s to an hour.</summary>
    public void Stumble(string problem, DateTime now)
    {
        Failures++;
        Await(problem, TimeSpan.FromSeconds(Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, Math.Min(Failures, 12)))), now);
    }

    public void Await(string what, TimeSpan pause, DateTime now) => (Problem, NextStepAt) = (what, now + pause);

    public void Finish(string receipt, string hash, DateTime now)
    {
        (State, EndedAt, Slot) = (ErasureState.Erased, now, Id);
        (ReceiptJson, ReceiptHash, LedgerJson, Problem) = (receipt, hash, "", "");
    }
}

internal sealed class OrganizationErasureMapping : IEntityTypeConfiguration<OrganizationErasure>
{
    public void Configure(EntityTypeBuilder<OrganizationErasure> builder)
    {
        builder.Property(e => e.Id).HasIdOf("era");
        builder.Property(e => e.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.SlugHash).HasMaxLength(64);
        builder.Property(e => e.AskedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.OwnerList).HasMaxLength(2_000);
        builder.Property(e => e.Slot).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Problem).HasMaxLength(1_000);
        builder.Property(e => e.LedgerJson).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.ReceiptJson).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.ReceiptHash).HasMaxLength(64);
        builder.Property(e => e.LeaseToken).HasMaxLength(40);
        builder.Ignore(e => e.IsOpen).Ignore(e => e.OwnerIds).Ignore(e => e.Ledger);
        builder.HasIndex(e => e.Slot).IsUnique();
        builder.HasIndex(e => e.SlugHash);
        builder.HasIndex(e => e.TenantId);
        builder.HasIndex(e => new { e.State, e.NextStepAt });
    }
}
