using System.Globalization;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Which entries are asked for, as the address of the page and of its export says.</summary>
public sealed record AuditFilter(
    DateOnly? From = null, DateOnly? To = null, string? Person = null, string? Action = null, string? Target = null, string? Project = null, AuditOutcome? Outcome = null)
{
    /// <summary>Stands for the portal itself, which has no id.</summary>
    public const string Portal = "portal";

    private const string Day = "yyyy-MM-dd";

    public bool IsEmpty => this == new AuditFilter();

    public IEnumerable<(string Name, string? Value)> InAddress =>
    [
        ("from", From?.ToString(Day, CultureInfo.InvariantCulture)), ("to", To?.ToString(Day, CultureInfo.InvariantCulture)), ("person", Person),
        ("action", Action), ("target", Target), ("project", Project), ("outcome", Outcome?.ToString().ToLowerInvariant()),
    ];

    /// <summary>What cannot be read in an address asks for nothing.</summary>
    public static AuditFilter Of(string? from, string? to, string? person, string? action, string? target, string? project, string? outcome) => new(
        DayOf(from), DayOf(to), TextOf(person), TextOf(action), TextOf(target), TextOf(project), outcome switch
        {
            "done" => AuditOutcome.Done,
            "denied" => AuditOutcome.Denied,
            _ => null,
        });

    internal IQueryable<AuditEntry> On(IQueryable<AuditEntry> entries)
    {
        if (From is { } from)
        {
            var since = from.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            entries = entries.Where(e => e.At >= since);
        }

        // The whole of the last day; the last day there is has none after it.
        if (To is { } to && to < DateOnly.MaxValue)
        {
            var until = to.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            entries = entries.Where(e => e.At < until);
        }

        if (Person is { } person)
        {
            var id = person is Portal ? "" : person;
            entries = entries.Where(e => e.ActorId == id);
        }

        if (Action is { } action)
        {
#pragma warning disable CA1310 // Becomes LIKE.
            entries = entries.Where(e => e.Action.StartsWith(action));
#pragma warning restore CA1310
        }

        if (Target is { } target)
        {
#pragma warning disable CA1304, CA1311, CA1862 // It is SQL's lower(), which knows no culture; LIKE tells case apart on one database and not on another.
            var lower = target.ToLowerInvariant();
            entries = entries.Where(e => e.TargetId == target || e.TargetName.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }

        if (Project is { } project)
        {
            entries = entries.Where(e => e.ProjectId == project);
        }

        return Outcome is { } outcome ? entries.Where(e => e.Outcome == outcome) : entries;
    }

    private static DateOnly? DayOf(string? text) =>
        DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static string? TextOf(string? text) => text?.Replace("\0", "", StringComparison.Ordinal).Trim() is { Length: > 0 and <= 200 } trimmed ? trimmed : null;
}
