using System.Text.Json;
using Portal.Features.Deploy;

namespace Portal.Features.Monitor;

/// <summary>The figures of some calls, which can be added up over any stretch of time, deployments and keys.</summary>
public sealed class TrafficTally
{
    /// <summary>A task may have a thousand labels; the rest of them count as one.</summary>
    private const int MostNames = 200;

    private const string Others = "(others)";

    public LatencyHistogram Latencies { get; } = new();

    public SortedDictionary<int, long> Lengths { get; } = [];

    public Dictionary<string, long> Languages { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Labels { get; } = new(StringComparer.Ordinal);

    public long Calls { get; private set; }

    public long Errors { get; private set; }

    public long Blocked { get; private set; }

    /// <summary>Calls a part of whose prompt the vendor had at hand.</summary>
    public long CacheHits { get; private set; }

    public long InputTokens { get; private set; }

    public long CachedTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long AmountMicros { get; private set; }

    /// <summary>Answers whose shape was looked at, and how many had the right one.</summary>
    public long Checked { get; private set; }

    public long Valid { get; private set; }

    /// <summary>Word pairs of the questions that were sampled, and how many no training row has; zero without a version to compare with.</summary>
    public long Pairs { get; private set; }

    public long NewPairs { get; private set; }

    public long Confidences { get; private set; }

    public double ConfidenceSum { get; private set; }

    public double ConfidenceSquares { get; private set; }

    /// <summary>For what the caller got wrong.</summary>
    public long Refused { get; private set; }

    public long Answers => Calls - Errors - Refused;

    public static int LengthClass(int characters) => characters < 16 ? 0 : Math.Min(12, (int)Math.Log2(characters) - 3);

    public void Add(CallFigures call, TraitFigures? trait, IReadOnlySet<uint>? known)
    {
        Calls++;
        var outcome = CallOutcomes.Of(call.Status);
        Errors += outcome is CallOutcome.Failed ? 1 : 0;
        Refused += outcome is CallOutcome.Refused ? 1 : 0;
        CacheHits += call.CachedTokens > 0 ? 1 : 0;
        InputTokens += call.InputTokens;
        CachedTokens += call.CachedTokens;
        OutputTokens += call.OutputTokens;
        AmountMicros += call.AmountMicros;
        if (outcome is CallOutcome.Answered)
        {
            Latencies.Add(call.Milliseconds);
        }

        if (trait is not null)
        {
            AddTrait(trait, known);
        }
    }

    /// <summary>A row that was trained on, as the mix that calls are compared with.</summary>
    public void AddExample(int length, string language, string label)
    {
        Calls++;
        Count(Lengths, LengthClass(length), 1);
        Count(Languages, language, 1);
        if (label is not "")
        {
            Count(Labels, Room(Labels, label), 1);
        }
    }

    public void Add(TrafficSlice slice)
    {
        Calls += slice.Calls;
        Errors += slice.Errors;
        InputTokens += slice.InputTokens;
        OutputTokens += slice.OutputTokens;
        AmountMicros += slice.AmountMicros;
        Add(slice.ReadFigures());
    }

    public void Add(TrafficTally more)
    {
        Calls += more.Calls;
        Errors += more.Errors;
        InputTokens += more.InputTokens;
        OutputTokens += more.OutputTokens;
        AmountMicros += more.AmountMicros;
        Add(more.ToFigures());
    }

    public void Add(Figures more)
    {
        Blocked += more.Blocked;
        Refused += more.Refused;
        CacheHits += more.CacheHits;
        CachedTokens += more.CachedTokens;
        Checked += more.Checked;
        Valid += more.Valid;
        Pairs += more.Pairs;
        NewPairs += more.NewPairs;
        Confidences += more.Confidences;
        ConfidenceSum += more.ConfidenceSum;
        ConfidenceSquares += more.ConfidenceSquares;
        Latencies.Add(more.Latencies);
        foreach (var (length, count) in more.Lengths)
        {
            Count(Lengths, length, count);
        }

        foreach (var (language, count) in more.Languages)
        {
            Count(Languages, language, count);
        }

        foreach (var (label, count) in more.Labels)
        {
            Count(Labels, Room(Labels, label), count);
        }
    }

    public Figures ToFigures() => new()
    {
        Blocked = Blocked, Refused = Refused, CacheHits = CacheHits, CachedTokens = CachedTokens, Checked = Checked, Valid = Valid, Pairs = Pairs, NewPairs = NewPairs,
        Confidences = Confidences, ConfidenceSum = ConfidenceSum, ConfidenceSquares = ConfidenceSquares,
        Latencies = Latencies.Counts, Lengths = Lengths, Languages = Languages, Labels = Labels,
    };

    private void AddTrait(TraitFigures trait, IReadOnlySet<uint>? known)
    {
        Blocked += trait.IsBlocked ? 1 : 0;
        Checked++;
        Valid += trait.IsValid ? 1 : 0;
        Count(Lengths, LengthClass(trait.Length), 1);
        Count(Languages, trait.Language, 1);
        if (trait.Label is not "")
        {
            Count(Labels, Room(Labels, trait.Label), 1);
        }

        if (trait.Confidence is { } confidence)
        {
            Confidences++;
            ConfidenceSum += confidence;
            ConfidenceSquares += confidence * confidence;
        }

        if (known is not null)
        {
            foreach (var pair in CallSketch.Read(trait.Sketch))
            {
                Pairs++;
                NewPairs += known.Contains(pair) ? 0 : 1;
            }
        }
    }

    private static string Room(Dictionary<string, long> names, string name) => names.Count < MostNames || names.ContainsKey(name) ? name : Others;

    private static void Count<TKey>(IDictionary<TKey, long> counts, TKey key, long more) =>
        counts[key] = (counts.TryGetValue(key, out var before) ? before : 0) + more;
}

/// <summary>The figures of a slice that nobody asks the database for one by one.</summary>
public sealed record Figures
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public long Blocked { get; init; }

    public long Refused { get; init; }

    public long CacheHits { get; init; }

    public long CachedTokens { get; init; }

    public long Checked { get; init; }

    public long Valid { get; init; }

    public long Pairs { get; init; }

    public long NewPairs { get; init; }

    public long Confidences { get; init; }

    public double ConfidenceSum { get; init; }

    public double ConfidenceSquares { get; init; }

    public IReadOnlyDictionary<int, long> Latencies { get; init; } = new Dictionary<int, long>();

    public IReadOnlyDictionary<int, long> Lengths { get; init; } = new Dictionary<int, long>();

    public IReadOnlyDictionary<string, long> Languages { get; init; } = new Dictionary<string, long>();

    public IReadOnlyDictionary<string, long> Labels { get; init; } = new Dictionary<string, long>();

    public static Figures Parse(string json) => json is "" ? new Figures() : JsonSerializer.Deserialize<Figures>(json, Json) ?? new Figures();

    public string ToStored() => JsonSerializer.Serialize(this, Json);
}
