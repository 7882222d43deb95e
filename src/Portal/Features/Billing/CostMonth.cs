using System.Globalization;

namespace Portal.Features.Billing;

/// <summary>What the costs of a month are told apart by.</summary>
public enum CostBy
{
    Project,
    Activity,
    Meter,
    Key,
    Person,
    Day,
}

/// <summary>What one day, project, activity, meter, key and person came to, at one price: the smallest part that costs are told in.</summary>
public sealed record CostPart(
    DateOnly Day, string ProjectId, UsageSource Source, Meter Meter, string KeyId, string PersonId, long PricePerMillion, string Currency, long Quantity, long AmountMicros);

/// <summary>One line of a breakdown.</summary>
/// <param name="BeforeMicros">The same in the month before.</param>
public sealed record CostGroup(string Id, string Name, long AmountMicros, long BeforeMicros);

/// <summary>The names that the ledger's ids have for whoever looks.</summary>
public sealed record CostNames(IReadOnlyDictionary<string, string> Projects, IReadOnlyDictionary<string, string> Keys, IReadOnlyDictionary<string, string> People)
{
    public string Project(string id) => Projects.GetValueOrDefault(id, id);

    public string Key(string id) => id is "" ? "Without a key" : Keys.GetValueOrDefault(id, id);

    public string Person(string id) => id is "" ? "Programs and the portal itself" : People.GetValueOrDefault(id, id);
}

/// <summary>The costs of a month. All sums are of the same parts, so that every breakdown comes to the same total.</summary>
public sealed record CostMonth(DateTime From, IReadOnlyList<CostPart> Parts, IReadOnlyList<CostPart> Before, CostNames Names, string Currency)
{
    public static readonly CultureInfo Culture = CultureInfo.GetCultureInfo("en-US");

    private IReadOnlyList<UsageLine>? _lines;

    public bool IsCurrent { get; init; }

    /// <summary>The month of the first usage; nothing is to be seen before it.</summary>
    public DateTime First { get; init; }

    public DateTime Last { get; init; }

    public long ReservedMicros { get; init; }

    public CostForecast? Forecast { get; init; }

    public long AmountMicros { get; } = Parts.Sum(p => p.AmountMicros);

    public long BeforeMicros { get; } = Before.Sum(p => p.AmountMicros);

    public string Name => NameOf(From);

    /// <summary>As it stands in an address.</summary>
    public string Key => KeyOf(From);

    public static string NameOf(DateTime month) => month.ToString("MMMM yyyy", Culture);

    public static string KeyOf(DateTime month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Null where it names no month.</summary>
    public static DateTime? Named(string? key) =>
        DateTime.TryParseExact(key, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var month) ? month : null;

    /// <summary>Dearest first; days in their order, and of these no month before.</summary>
    public IReadOnlyList<CostGroup> By(CostBy by)
    {
        var before = by is CostBy.Day ? [] : Before.GroupBy(p => IdOf(p, by)).ToDictionary(g => g.Key, g => g.Sum(p => p.AmountMicros));
        var now = Parts.GroupBy(p => IdOf(p, by)).ToDictionary(g => g.Key, g => g.Sum(p => p.AmountMicros));
        var groups = now.Keys.Union(before.Keys).Select(id => new CostGroup(id, NameOf(id, by), now.GetValueOrDefault(id), before.GetValueOrDefault(id)));
        return by is CostBy.Day
            ? [.. groups.OrderBy(g => g.Id, StringComparer.Ordinal)]
            : [.. groups.OrderByDescending(g => g.AmountMicros).ThenByDescending(g => g.BeforeMicros).ThenBy(g => g.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>The month's lines as a bill has them: each activity and meter of a project at each price.</summary>
    public IReadOnlyList<UsageLine> Lines => _lines ??=
    [
        .. Parts.GroupBy(p => (p.ProjectId, p.Source, p.Meter, p.PricePerMillion, p.Currency))
            .Select(g => new UsageLine(g.Key.ProjectId, g.Key.Source, g.Key.Meter, g.Key.PricePerMillion, g.Sum(p => p.Quantity), g.Sum(p => p.AmountMicros), g.Key.Currency))
            .OrderBy(l => Names.Project(l.ProjectId), StringComparer.CurrentCultureIgnoreCase).ThenBy(l => l.ProjectId, StringComparer.Ordinal)
            .ThenBy(l => l.Source).ThenBy(l => l.Meter).ThenBy(l => l.PricePerMillion),
    ];

    public string NameOf(string id, CostBy by) => by switch
    {
        CostBy.Project => Names.Project(id),
        CostBy.Key => Names.Key(id),
        CostBy.Person => Names.Person(id),
        CostBy.Activity => UsageWords.Of(Enum.Parse<UsageSource>(id)),
        CostBy.Meter => UsageWords.Of(Enum.Parse<Meter>(id)),
        _ => DateOnly.ParseExact(id, "yyyy-MM-dd", CultureInfo.InvariantCulture).ToString("ddd d MMM", Culture),
    };

    private static string IdOf(CostPart part, CostBy by) => by switch
    {
        CostBy.Project => part.ProjectId,
        CostBy.Key => part.KeyId,
        CostBy.Person => part.PersonId,
        CostBy.Activity => part.Source.ToString(),
        CostBy.Meter => part.Meter.ToString(),
        _ => part.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };
}
