namespace Portal.Features.Tenancy;

/// <summary>What an engagement allows, as both sides read it.</summary>
public static class EngagementWords
{
    public static string Of(EngagementGrant grant) =>
        $"May {string.Join("; ", grant.Permissions.Order().Select(p => p.Words()))}. {Projects(grant)} From {grant.StartsAt:yyyy-MM-dd} until {LastDay(grant.EndsAt)}. {Rows(grant)}";

    public static string Projects(EngagementGrant grant) => grant.ProjectIds is { } ids
        ? $"{ids.Count} chosen {(ids.Count is 1 ? "project" : "projects")}."
        : "All projects, also those made later.";

    public static string Rows(EngagementGrant grant) =>
        grant.Permissions.Contains(Permission.ReadRows) ? "Raw rows can be read." : "No raw rows.";

    /// <summary>The end is the midnight after the last day.</summary>
    public static string LastDay(DateTime endsAt) => endsAt.AddTicks(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What ends with an engagement, and what does not.</summary>
    public static string Ending(EngagementRow row, string where) =>
        $"From the next thing they do, {(row.Consultants.Count is 0 ? "they" : string.Join(", ", row.Consultants.Select(c => c.Name)))} can do and see nothing {where} any more. "
        + $"Approved were {(row.Engagement.ProjectIds is { Count: var count } ? $"{count} chosen {(count is 1 ? "project" : "projects")}" : "all projects")}, until {LastDay(row.Engagement.EndsAt)}. "
        + "Work that has begun goes on, and what was built stays with the client. It cannot be undone: to go on, one side asks anew and the other answers.";

    public static string State(EngagementRow row, DateTime now) => row.Engagement switch
    {
        { State: EngagementState.Ended, ApprovedAt: null } => "Taken back",
        { State: EngagementState.Ended } e => $"Ended by {e.EndedByName}",
        { State: EngagementState.Approved } e when e.EndsAt <= now => "Ran out",
        { State: EngagementState.Approved } e when e.StartsAt > now => $"Starts {e.StartsAt:yyyy-MM-dd}",
        { State: EngagementState.Approved } => "Running",
        var e when e.LooksOpen(now) => row.IsAsker ? "No answer yet" : "Waits for your answer",
        _ => "Not answered",
    };
}
