namespace Portal.Features.Define;

/// <summary>Something of a project that whoever opens the organization should know of, and where to do something about it.</summary>
/// <param name="Todo">What to do, as it stands on a link.</param>
/// <param name="Step">The step of the project where it is done.</param>
public sealed record ProjectNotice(string ProjectId, string ProjectName, string Text, string Todo, string Step, bool IsUrgent);

/// <summary>The slice that knows of such things says them: slices are read to the left alone.</summary>
public interface IProjectNotices
{
    /// <param name="projectId">Null is every project.</param>
    Task<IReadOnlyList<ProjectNotice>> ReadAsync(string? projectId, CancellationToken ct);
}

internal static class ProjectNoticesOfAll
{
    /// <summary>What any slice knows, what is urgent first.</summary>
    public static async Task<IReadOnlyList<ProjectNotice>> AllAsync(this IEnumerable<IProjectNotices> slices, string? projectId, CancellationToken ct)
    {
        List<ProjectNotice> all = [];
        foreach (var slice in slices)
        {
            all.AddRange(await slice.ReadAsync(projectId, ct));
        }

        return [.. all.OrderBy(n => !n.IsUrgent)];
    }
}
