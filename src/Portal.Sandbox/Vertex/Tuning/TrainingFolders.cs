namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>The place of all trainings.</summary>
internal sealed class TrainingFolders(string root)
{
    public TrainingFolder Of(string jobId) => new(root, jobId);
}
