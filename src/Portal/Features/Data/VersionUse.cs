namespace Portal.Features.Data;

public enum VersionUseKind
{
    Prompt,
    Evaluation,
    TuningJob,
    Model,
    Deployment,
}

/// <summary>Something that a later step made of a version.</summary>
/// <param name="VersionId">Null where only what it came from tells.</param>
/// <param name="ParentId">What it was made of: a model of its tuning job, a deployment of its model.</param>
/// <param name="HasLearnt">Whether the rows of the training split went into it; what was only measured on rows has learnt nothing.</param>
public sealed record VersionUse(VersionUseKind Kind, string Id, string? VersionId, string? ParentId, string Title, string State, DateTime At, bool HasLearnt);

/// <summary>What one slice makes of versions. The Data step asks all of them, and knows none.</summary>
public interface IVersionUses
{
    Task<IReadOnlyList<VersionUse>> ListAsync(string projectId, CancellationToken ct);
}
