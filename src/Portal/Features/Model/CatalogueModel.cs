using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Model;

public enum ModelTier
{
    Pro,
    Flash,
    FlashLite,
}

public enum ModelState
{
    Tunable,

    /// <summary>Answers, compares and judges, but cannot be tuned.</summary>
    BaselineOnly,

    /// <summary>Still answers and still tunes; a date for its end is known.</summary>
    Retiring,

    Retired,
}

/// <summary>Micro-units of USD for a million tokens; thinking is output.</summary>
public sealed record TokenPrices(long Input, long Output);

/// <summary>A model that Google offers, or has offered: what it costs, what it can do and until when. Global; admins edit it.</summary>
public sealed class CatalogueModel : IVersioned
{
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required ModelTier Tier { get; init; }

    public required ModelState State { get; init; }

    /// <summary>Why it is in that state, in words for the customer.</summary>
    public string StateReason { get; init; } = "";

    /// <summary>The model to take in its place once it is gone.</summary>
    public string? SuccessorId { get; init; }

    /// <summary>From when on Google offers it; customers do not see it before.</summary>
    public DateTime? AvailableAt { get; init; }

    public DateTime? RetiresAt { get; init; }

    /// <summary>Each meter's prices with the moment from which each holds, past and planned ones included.</summary>
    public IReadOnlyList<CataloguePrice> Prices { get; init; } = [];

    /// <summary>Stands in on the sandbox, where a quote must be shown although Google's price is not known here.</summary>
    public long? PracticeTrainingPricePerMillion { get; init; }

    public string PracticePriceSource { get; init; } = "";

    public IReadOnlyList<int> AdapterSizes { get; init; } = [];

    public int DefaultAdapterSize { get; init; }

    public int MaxEpochs { get; init; }

    /// <summary>Where Google tunes it, the usual place first. Where the result then serves is in the result's own name.</summary>
    public IReadOnlyList<string> TuningLocations { get; init; } = [];

    public int MaxExampleTokens { get; init; }

    public int MaxTrainingExamples { get; init; }

    public int MaxValidationExamples { get; init; }

    /// <summary>Training rows where one of them has a file beside its text; 0 where Google says nothing of it.</summary>
    public int MaxMediaExamples { get; init; }

    /// <summary>Of the training file; 0 where it is not known.</summary>
    public long MaxTrainingBytes { get; init; }

    /// <summary>What may be in a row, kind by kind; what is not here is not taken.</summary>
    public IReadOnlyList<MediaLimit> Media { get; init; } = [];

    /// <summary>The least thinking the model accepts, as <c>thinkingLevel</c>; empty where it takes a budget instead.</summary>
    public string LeastThinkingLevel { get; init; } = "";

    public int? LeastThinkingBudget { get; init; }

    public ModelLimits Limits => new(DisplayName, MaxExampleTokens, MaxTrainingBytes, Media);

    public bool IsOffered => State is not ModelState.Retired;

    public bool IsTunable => State is ModelState.Tunable or ModelState.Retiring && AdapterSizes.Count > 0;

    /// <summary>Raised by every change: of two admins who edit it at once, the later save fails.</summary>
    public long Version { get; private set; }

    /// <summary>Null where no price is known, which is not a price of zero.</summary>
    public TokenPrices? PricesAt(DateTime now) =>
        CataloguePrice.At(Prices, Meter.InputTokens, now) is { } input && CataloguePrice.At(Prices, Meter.OutputTokens, now) is { } output ? new(input.PerMillion, output.PerMillion) : null;

    /// <summary>
    /// Where it is tuned for somebody who works in a location: right there if that can be, else on the same side of the ocean, since the rows
    /// are worked on there.
    /// </summary>
    public string TuningLocationNear(string location) =>
        TuningLocations.FirstOrDefault(l => l == location) ?? TuningLocations.FirstOrDefault(l => AreaOf(l) == AreaOf(location))
        ?? (TuningLocations is [var usual, ..] ? usual : location);

    private static string AreaOf(string location) => location.StartsWith("europe-", StringComparison.Ordinal) ? "eu" : location.Split('-')[0];

    /// <summary>Per million training tokens; null where none is known. The practice price never reaches a real Google project.</summary>
    public long? TrainingPriceAt(DateTime now, bool practice) =>
        CataloguePrice.At(Prices, Meter.TuningTokens, now)?.PerMillion ?? (practice ? PracticeTrainingPricePerMillion : null);
}

internal sealed class CatalogueModelMapping : IEntityTypeConfiguration<CatalogueModel>
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public void Configure(EntityTypeBuilder<CatalogueModel> builder)
    {
        builder.Property(m => m.Id).HasMaxLength(80).ValueGeneratedNever();
        builder.Property(m => m.DisplayName).HasMaxLength(120);
        builder.Property(m => m.SuccessorId).HasMaxLength(80);
        builder.PrimitiveCollection(m => m.TuningLocations).HasMaxLength(400);
        builder.Property(m => m.LeastThinkingLevel).HasMaxLength(20);
        builder.PrimitiveCollection(m => m.AdapterSizes).HasMaxLength(100);
        builder.Property(m => m.Prices).HasMaxLength(16_000).HasConversion(
            prices => JsonSerializer.Serialize(prices, s_json),
            stored => stored == "" ? new List<CataloguePrice>() : JsonSerializer.Deserialize<List<CataloguePrice>>(stored, s_json) ?? new List<CataloguePrice>(),
            new ValueComparer<IReadOnlyList<CataloguePrice>>((a, b) => a!.SequenceEqual(b!), prices => prices.Count, prices => prices)); // never null: the property is required
        builder.Property(m => m.Media).HasMaxLength(8_000).HasConversion(
            limits => JsonSerializer.Serialize(limits, s_json),
            stored => stored == "" ? new List<MediaLimit>() : JsonSerializer.Deserialize<List<MediaLimit>>(stored, s_json) ?? new List<MediaLimit>(),
            new ValueComparer<IReadOnlyList<MediaLimit>>((a, b) => a!.SequenceEqual(b!), limits => limits.Count, limits => limits)); // never null: the property is required
        builder.Ignore(m => m.Limits).Ignore(m => m.IsOffered).Ignore(m => m.IsTunable);
    }
}
