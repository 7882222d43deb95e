using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Features.Monitor;

public enum RetuneMeasure
{
    /// <summary>Answers disliked or corrected, of those that were rated.</summary>
    WrongAnswers,

    /// <summary>How far a mix of the calls has moved from that of the training rows.</summary>
    Drift,

    /// <summary>Rows from traffic that the model has not learnt.</summary>
    NewRows,
}

/// <summary>One figure that a re-tune is proposed by, with its 95 % interval, its limit and how many samples it rests on.</summary>
/// <param name="Of">Which mix, where it is a drift.</param>
/// <param name="Fewest">With fewer samples nothing is said.</param>
public sealed record RetuneSignal(RetuneMeasure Measure, string Of, double Value, double Low, double High, long Count, double Limit, long Fewest)
{
    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };

    [JsonIgnore]
    public bool IsEnough => Count >= Fewest;

    /// <summary>A share or an index is beyond its limit where its whole interval is; a count is what it is.</summary>
    [JsonIgnore]
    public bool IsCrossed => IsEnough && (Measure is RetuneMeasure.NewRows ? Value >= Limit : Low > Limit);

    public static string ToStored(IReadOnlyList<RetuneSignal> signals) => JsonSerializer.Serialize(signals, s_json);

    public static IReadOnlyList<RetuneSignal> Parse(string stored) => stored is "" ? [] : JsonSerializer.Deserialize<IReadOnlyList<RetuneSignal>>(stored, s_json) ?? [];

    /// <summary>
    /// Whether it says something that the one before it did not: a limit that was not crossed then, a figure whose whole interval is beyond that of then, or as
    /// many rows again as the limit asks for.
    /// </summary>
    public bool IsNewsAfter(IReadOnlyList<RetuneSignal> before) => IsCrossed && (before.FirstOrDefault(s => s.Measure == Measure && s.Of == Of) is not { IsCrossed: true } then
        || (Measure is RetuneMeasure.NewRows ? Value >= then.Value + Limit : Low > then.High));
}
