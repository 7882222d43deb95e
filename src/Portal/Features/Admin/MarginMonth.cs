using System.Globalization;
using System.Text;
using Portal.Features.Billing;

namespace Portal.Features.Admin;

public enum MarginBy
{
    Organization,
    Model,
}

public enum MarginSort
{
    Billed,
    Name,
    Cost,
    Margin,
    Share,
    Unknown,
}

/// <summary>The smallest part that margin is told in.</summary>
/// <param name="ModelId">Empty where what the ledger names is not there any more.</param>
/// <param name="CostMicros">What the vendor charges for the same quantity; null where its price is unknown, which is not zero.</param>
public sealed record MarginPart(string TenantId, string ModelId, Meter Meter, long Quantity, long BilledMicros, long? CostMicros);

/// <summary>Sums of parts. Margin is of what has a vendor's price; what has none stands beside it.</summary>
/// <param name="KnownMicros">Billed for usage whose vendor's price is known.</param>
/// <param name="UnknownMicros">Billed for usage whose vendor's price is not.</param>
public sealed record MarginSum(string Id, string Name, long KnownMicros, long CostMicros, long UnknownMicros, bool HasKnown)
{
    public long BilledMicros => KnownMicros + UnknownMicros;

    public long? MarginMicros => HasKnown ? KnownMicros - CostMicros : null;

    public double? Share => HasKnown && KnownMicros > 0 ? (double)(KnownMicros - CostMicros) / KnownMicros : null;

    public static MarginSum Of(string id, string name, IEnumerable<MarginPart> parts)
    {
        var known = parts.ToLookup(p => p.CostMicros is not null);
        return new MarginSum(id, name, known[true].Sum(p => p.BilledMicros), known[true].Sum(p => p.CostMicros ?? 0), known[false].Sum(p => p.BilledMicros), known[true].Any());
    }
}

/// <summary>A month of all organisations, or of one.</summary>
public sealed record MarginMonth(DateTime From, IReadOnlyList<MarginPart> Parts, IReadOnlyDictionary<string, string> Tenants, IReadOnlyDictionary<string, string> Models)
{
    public const string Currency = "USD";

    public DateTime First { get; init; }

    public DateTime Last { get; init; }

    public string Name => CostMonth.NameOf(From);

    public string Key => CostMonth.KeyOf(From);

    public MarginSum Total { get; } = MarginSum.Of("", "All", Parts);

    public string TenantName(string id) => Tenants.GetValueOrDefault(id, id);

    public string ModelName(string id) => id is "" ? "Model not known any more" : Models.GetValueOrDefault(id, id);

    public IReadOnlyList<MarginSum> By(MarginBy by, MarginSort sort)
    {
        var sums = by is MarginBy.Organization
            ? Parts.GroupBy(p => p.TenantId).Select(g => MarginSum.Of(g.Key, TenantName(g.Key), g))
            : Parts.GroupBy(p => (p.ModelId, p.Meter)).Select(g => MarginSum.Of($"{g.Key.ModelId} {g.Key.Meter}", $"{ModelName(g.Key.ModelId)}, {UsageWords.Of(g.Key.Meter).ToLowerInvariant()}", g));
        // What has none comes last, whichever figure is sorted by.
        var sorted = sort switch
        {
            MarginSort.Name => sums.OrderBy(s => s.Name, StringComparer.CurrentCultureIgnoreCase),
            MarginSort.Cost => sums.OrderByDescending(s => s.HasKnown).ThenByDescending(s => s.CostMicros),
            MarginSort.Margin => sums.OrderByDescending(s => s.MarginMicros.HasValue).ThenBy(s => s.MarginMicros),
            MarginSort.Share => sums.OrderByDescending(s => s.Share.HasValue).ThenBy(s => s.Share),
            MarginSort.Unknown => sums.OrderByDescending(s => s.UnknownMicros),
            _ => sums.OrderByDescending(s => s.BilledMicros),
        };
        return [.. sorted.ThenBy(s => s.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(s => s.Id, StringComparer.Ordinal)];
    }

    public string ToCsv()
    {
        var csv = new StringBuilder(SafeCsv.Line(
            "month", "organization", "organization_id", "model", "meter", "currency", "vendor_price_known", "quantity", "billed", "vendor_cost", "margin", "margin_percent"));
        foreach (var part in Parts.OrderBy(p => TenantName(p.TenantId), StringComparer.Ordinal).ThenBy(p => p.TenantId, StringComparer.Ordinal).ThenBy(p => p.ModelId, StringComparer.Ordinal).ThenBy(p => p.Meter))
        {
            var sum = MarginSum.Of("", "", [part]);
            string[] texts = [Key, TenantName(part.TenantId), part.TenantId, part.ModelId, UsageWords.Of(part.Meter), Currency, part.CostMicros is null ? "no" : "yes"];
            // Figures of our own may be negative, and are no formulas.
            string[] figures =
            [
                part.Quantity.ToString(CultureInfo.InvariantCulture), Units(part.BilledMicros), Units(part.CostMicros), Units(sum.MarginMicros),
                sum.Share is { } share ? (share * 100).ToString("0.##", CultureInfo.InvariantCulture) : "",
            ];
            csv.AppendJoin(',', texts.Select(SafeCsv.Cell).Concat(figures.Select(f => $"\"{f}\""))).Append("\r\n");
        }

        return csv.ToString();
    }

    private static string Units(long? micros) => micros is { } known ? (known / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture) : "";
}
