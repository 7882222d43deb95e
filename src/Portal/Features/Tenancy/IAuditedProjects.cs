namespace Portal.Features.Tenancy;

/// <summary>
/// What the log and engagements cannot know of the projects they name: which are still there, and what they are called now. A slice to
/// the right lends it, for Tenancy reads none.
/// </summary>
public interface IAuditedProjects
{
    Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct);
}
