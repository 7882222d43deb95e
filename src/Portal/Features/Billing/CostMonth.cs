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
    public const string DayFormat = "yyyy-MM-dd";

    public string Project(string id) => Projects.GetValueOrDefault(id, id);

    public string Key(string id) => id is "" ? "Without a key" : Keys.GetValueOrDefault(id, id);

    public string Person(string id) => id is "" ? "Programs and the portal itself" : People.GetValueOrDefault(id, id);

    public string Of(string id, CostBy by) => by switch
    {
        CostBy.Project => Project(id),
        CostBy.Key => Key(id),
        CostBy.Person => Person(id),
        CostBy.Activity => UsageWords.Of(Enum.Parse<UsageSource>(id)),
        CostBy.Meter => UsageWords.Of(Enum.Parse<Meter>(id)),
        _ => DateOnly.ParseExact(id, DayFormat, CultureInfo.InvariantCulture).ToString("ddd d MMM", CostMonth.Culture),
    };
}

/// <summary>What one day came to.</summary>
public sealed record CostDay(DateOnly Day, long AmountMicros);

/// <summary>The costs of a month. All sums are of one state of the ledger, so that every breakdown comes to the same total.</summary>
/// <param name="Lines">As a bill has them: each activity and meter of a project at each price.</param>
/// <param name="Days">Those that cost anything, in their order.</param>
/// <param name="Groups">Told apart as it was asked for: dearest first, days in their order.</param>
public sealed record CostMonth(DateTime From, IReadOnlyList<UsageLine> Lines, IReadOnlyList<CostDay> Days, IReadOnlyList<CostGroup> Groups, CostNames Names, string Currency)
{
    public static readonly CultureInfo Culture = CultureInfo.GetCultureInfo("en-US");

    public bool IsCurrent { get; init; }

    /// <summary>The month of the first usage; nothing is to be seen before it.</summary>
    public DateTime First { get; init; }

    public DateTime Last { get; init; }

    public long ReservedMicros { get; init; }

    public CostForecast? Forecast { get; init; }

    public long AmountMicros { get; } = Days.Sum(d => d.AmountMicros);

    /// <summary>The month before.</summary>
    public long BeforeMicros { get; init; }

    public string Name => NameOf(From);

    /// <summary>As it stands in an address.</summary>
    public string Key => KeyOf(From);

    public static string NameOf(DateTime month) => month.ToString("MMMM yyyy", Culture);

    public static string KeyOf(DateTime month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Null where it names no month.</summary>
    public static DateTime? Named(string? key) =>
        DateTime.TryParseExact(key, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var month) ? month : null;
}
