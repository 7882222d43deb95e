using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>A tuning job as its file says it: what Google would show, and what this server needs to go on after a restart.</summary>
internal sealed record TuningRecord
{
    public required VertexTuningJob Job { get; init; }

    /// <summary>Newest has the highest: two jobs may carry the same time.</summary>
    public required long Order { get; init; }

    /// <summary>Project and location where model and endpoints will live.</summary>
    public required string ServingScope { get; init; }

    /// <summary>Set once the data set is read. Ids are fixed here, so that publishing twice makes nothing twice.</summary>
    public TuningPlan? Plan { get; init; }

    public string Id => Job.Name[(Job.Name.LastIndexOf('/') + 1)..];

    public bool IsOver => VertexJobState.IsTerminal(Job.State);
}
