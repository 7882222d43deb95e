namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>Which epochs become checkpoints, and what each will be called.</summary>
internal sealed record TuningPlan(string ModelId, int StepsPerEpoch, IReadOnlyList<PlannedCheckpoint> Checkpoints)
{
    private const int OneEachBelow = 10;

    public static TuningPlan Make(int epochs, int stepsPerEpoch, bool lastOnly)
    {
        var kept = lastOnly ? [epochs]
            : epochs < OneEachBelow ? Enumerable.Range(1, epochs)
            : Enumerable.Range(1, OneEachBelow).Select(part => (int)Math.Round(part * epochs / (double)OneEachBelow));
        return new(NewId.Next(), stepsPerEpoch, [.. kept.Distinct().Select((epoch, index) => new PlannedCheckpoint($"{index + 1}", epoch, NewId.Next(), NewId.Next()))]);
    }
}

internal sealed record PlannedCheckpoint(string Id, int Epoch, string EndpointId, string DeployedModelId);
