using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Features.Data;

namespace Portal.Features.Model;

/// <summary>All that an admin says of a model. It is what the build brings, what is edited, and what the history keeps.</summary>
public sealed record CatalogueEntry
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required ModelTier Tier { get; init; }

    public required ModelState State { get; init; }

    public string StateReason { get; init; } = "";

    public string? SuccessorId { get; init; }

    public DateTime? AvailableAt { get; init; }

    public DateTime? RetiresAt { get; init; }

    public IReadOnlyList<CataloguePrice> Prices { get; init; } = [];

    public long? PracticeTrainingPricePerMillion { get; init; }

    public string PracticePriceSource { get; init; } = "";

    public IReadOnlyList<int> AdapterSizes { get; init; } = [];

    public int DefaultAdapterSize { get; init; }

    public int MaxEpochs { get; init; }

    public IReadOnlyList<string> TuningLocations { get; init; } = [];

    public int MaxExampleTokens { get; init; }

    public int MaxTrainingExamples { get; init; }

    public int MaxValidationExamples { get; init; }

    /// <summary>Training rows where one of them has a file beside its text.</summary>
    public int MaxMediaExamples { get; init; }

    public long MaxTrainingBytes { get; init; }

    /// <summary>What may be in a row, kind by kind; what is not here is not taken.</summary>
    public IReadOnlyList<MediaLimit> Media { get; init; } = [];

    public string LeastThinkingLevel { get; init; } = "";

    public int? LeastThinkingBudget { get; init; }

    public static CatalogueEntry Of(CatalogueModel model) => new()
    {
        Id = model.Id, DisplayName = model.DisplayName, Tier = model.Tier, State = model.State, StateReason = model.StateReason, SuccessorId = model.SuccessorId,
        AvailableAt = model.AvailableAt, RetiresAt = model.RetiresAt, Prices = model.Prices, PracticeTrainingPricePerMillion = model.PracticeTrainingPricePerMillion,
        PracticePriceSource = model.PracticePriceSource, AdapterSizes = model.AdapterSizes, DefaultAdapterSize = model.DefaultAdapterSize, MaxEpochs = model.MaxEpochs,
        TuningLocations = model.TuningLocations, MaxExampleTokens = model.MaxExampleTokens, MaxTrainingExamples = model.MaxTrainingExamples,
        MaxValidationExamples = model.MaxValidationExamples, MaxMediaExamples = model.MaxMediaExamples, MaxTrainingBytes = model.MaxTrainingBytes, Media = model.Media, LeastThinkingLevel = model.LeastThinkingLevel, LeastThinkingBudget = model.LeastThinkingBudget,
    };

    public CatalogueModel ToModel() => new()
    {
        Id = Id, DisplayName = DisplayName, Tier = Tier, State = State, StateReason = StateReason, SuccessorId = SuccessorId,
        AvailableAt = AvailableAt, RetiresAt = RetiresAt, Prices = Prices, PracticeTrainingPricePerMillion = PracticeTrainingPricePerMillion,
        PracticePriceSource = PracticePriceSource, AdapterSizes = AdapterSizes, DefaultAdapterSize = DefaultAdapterSize, MaxEpochs = MaxEpochs,
        TuningLocations = TuningLocations, MaxExampleTokens = MaxExampleTokens, MaxTrainingExamples = MaxTrainingExamples,
        MaxValidationExamples = MaxValidationExamples, MaxMediaExamples = MaxMediaExamples, MaxTrainingBytes = MaxTrainingBytes, Media = Media, LeastThinkingLevel = LeastThinkingLevel, LeastThinkingBudget = LeastThinkingBudget,
    };

    /// <summary>What was changed here from a common beginning, on top of what became of that beginning elsewhere.</summary>
    public CatalogueEntry OnTopOf(CatalogueEntry theirs, CatalogueEntry beginning)
    {
        return new()
        {
            Id = Id, DisplayName = Mine(e => e.DisplayName), Tier = Mine(e => e.Tier), State = Mine(e => e.State), StateReason = Mine(e => e.StateReason), SuccessorId = Mine(e => e.SuccessorId),
            AvailableAt = Mine(e => e.AvailableAt), RetiresAt = Mine(e => e.RetiresAt),
            Prices = [.. theirs.Prices.Where(p => Prices.Contains(p) || !beginning.Prices.Contains(p)), .. Prices.Where(p => !beginning.Prices.Contains(p) && !theirs.Prices.Contains(p))],
            PracticeTrainingPricePerMillion = Mine(e => e.PracticeTrainingPricePerMillion), PracticePriceSource = Mine(e => e.PracticePriceSource),
            AdapterSizes = MineOf(e => e.AdapterSizes), DefaultAdapterSize = Mine(e => e.DefaultAdapterSize), MaxEpochs = Mine(e => e.MaxEpochs), TuningLocations = MineOf(e => e.TuningLocations),
            MaxExampleTokens = Mine(e => e.MaxExampleTokens), MaxTrainingExamples = Mine(e => e.MaxTrainingExamples), MaxValidationExamples = Mine(e => e.MaxValidationExamples),
            MaxMediaExamples = Mine(e => e.MaxMediaExamples), MaxTrainingBytes = Mine(e => e.MaxTrainingBytes), Media = MineOf(e => e.Media),
            LeastThinkingLevel = Mine(e => e.LeastThinkingLevel), LeastThinkingBudget = Mine(e => e.LeastThinkingBudget),
        };

        IReadOnlyList<T> MineOf<T>(Func<CatalogueEntry, IReadOnlyList<T>> list) => list(this).SequenceEqual(list(beginning)) ? list(theirs) : list(this);

        T Mine<T>(Func<CatalogueEntry, T> field) => EqualityComparer<T>.Default.Equals(field(this), field(beginning)) ? field(theirs) : field(this);
    }

    public string ToStored() => JsonSerializer.Serialize(this, s_json);

    public static CatalogueEntry Parse(string stored) => JsonSerializer.Deserialize<CatalogueEntry>(stored, s_json) ?? throw new InvalidOperationException("A state of the catalogue is empty.");

    internal static IReadOnlyList<CatalogueEntry> ParseAll(Stream file) => JsonSerializer.Deserialize<CatalogueEntry[]>(file, s_json) ?? [];
}
