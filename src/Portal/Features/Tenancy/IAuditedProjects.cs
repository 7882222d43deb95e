namespace Portal.Features.Tenancy;

/// <summary>
/// What the log cannot know of the projects it names: which are still there, and what they are called now. A slice to the right
/// lends it, for Tenancy reads none.
/// </summary>
public interface IAuditedProjects
{
    Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct);
}
