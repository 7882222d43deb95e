using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>
/// An organisation's word that prompts and answers may be kept: of which share of the calls, and for how many days. Without a row none is
/// kept, and none that was said before the word was given.
/// </summary>
public sealed class TextKeeping : TenantOwned, IVersioned
{
    public const int MostDays = 365;

    public bool IsOn { get; private set; }

    /// <summary>Of a hundred calls so many.</summary>
    public int SharePercent { get; private set; }

    public int Days { get; private set; }

    public DateTime ChangedAt { get; private set; }

    public string ChangedByName { get; private set; } = "";

    public long Version { get; private set; }

    public void Set(KeepingChoice choice, string byName, DateTime now)
    {
        choice.Require();
        (IsOn, SharePercent, Days) = (choice.IsOn, choice.SharePercent, choice.Days);
        (ChangedByName, ChangedAt) = (byName, now);
    }

    public KeepingChoice ToChoice() => new(IsOn, SharePercent, Days);
}

/// <summary>What somebody chooses about keeping texts.</summary>
public sealed record KeepingChoice(bool IsOn, int SharePercent, int Days)
{
    public static readonly KeepingChoice Off = new(false, 10, 30);

    public void Require()
    {
        if (SharePercent is < 1 or > 100)
        {
            throw new PortalException("The share is between 1 and 100 of a hundred calls.");
        }

        if (Days is < 1 or > TextKeeping.MostDays)
        {
            throw new PortalException($"Texts are kept between 1 and {TextKeeping.MostDays} days.");
        }
    }

    /// <summary>Whether this call is one of the share. The end of an answer's id is random, so it is as good as a die, and the same on every node.</summary>
    public bool Picks(string responseId)
    {
        var sum = 17;
        foreach (var c in responseId)
        {
            sum = unchecked((sum * 31) + c);
        }

        return IsOn && (uint)sum % 10_000 < SharePercent * 100;
    }
}

internal sealed class TextKeepingMapping : IEntityTypeConfiguration<TextKeeping>
{
    public void Configure(EntityTypeBuilder<TextKeeping> builder)
    {
        builder.HasPublicId("kpt");
        builder.Property(k => k.ChangedByName).HasMaxLength(200);
        builder.HasIndex(k => k.TenantId).IsUnique();
    }
}
