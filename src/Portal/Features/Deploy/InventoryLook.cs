using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>When an organization's endpoints and what it has at Google were last looked over; one row each.</summary>
public sealed class InventoryLook : TenantOwned, IVersioned
{
    /// <summary>When the next one is due: at once where somebody asked.</summary>
    public DateTime NextAt { get; private set; }

    /// <summary>Until then nobody else looks; a worker that was killed leaves it to expire.</summary>
    public DateTime? LookingUntil { get; private set; }

    /// <summary>When all of it was last told by Google.</summary>
    public DateTime? LookedAt { get; private set; }

    /// <summary>Why the latest try told nothing; what was found before still stands.</summary>
    public string Problem { get; private set; } = "";

    public int Models { get; private set; }

    public int Endpoints { get; private set; }

    public long Version { get; private set; }

    public void Ask(DateTime now) => NextAt = NextAt <= now ? NextAt : now;

    public bool TryBegin(DateTime now, TimeSpan lease)
    {
        if (NextAt > now || LookingUntil > now)
        {
            return false;
        }

        LookingUntil = now + lease;
        return true;
    }

    public void Looked(GoogleSide side, DateTime now, TimeSpan every) =>
        (LookedAt, Problem, Models, Endpoints, NextAt, LookingUntil) = (now, "", side.Models, side.Endpoints.Count, now + every, null);

    public void Failed(string problem, DateTime now, TimeSpan pause) => (Problem, NextAt, LookingUntil) = (problem, now + pause, null);

    public bool IsUnderWay(DateTime now) => NextAt <= now || LookingUntil > now;
}

internal sealed class InventoryLookMapping : IEntityTypeConfiguration<InventoryLook>
{
    public void Configure(EntityTypeBuilder<InventoryLook> builder)
    {
        builder.HasPublicId("ivl");
        builder.Property(l => l.Problem).HasMaxLength(500);
        builder.HasIndex(l => l.TenantId).IsUnique();
        builder.HasIndex(l => l.NextAt);
    }
}
