using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Sandbox.Vertex.Evaluation;

/// <summary>Body of <c>:evaluateInstances</c>: exactly one of the inputs.</summary>
internal sealed record EvaluateInstancesRequest
{
    public MetricInput? ExactMatchInput { get; init; }

    public MetricInput? BleuInput { get; init; }

    public MetricInput? RougeInput { get; init; }

    public JsonElement? AutoraterConfig { get; init; }
}

internal sealed record MetricInput
{
    public MetricSpec MetricSpec { get; init; } = new();

    public IReadOnlyList<EvaluatedPair> Instances { get; init; } = [];
}

internal sealed record MetricSpec
{
    public bool UseEffectiveOrder { get; init; }

    public string RougeType { get; init; } = "";

    public bool UseStemmer { get; init; }

    public bool SplitSummaries { get; init; }
}

internal sealed record EvaluatedPair
{
    public string Prediction { get; init; } = "";

    public string Reference { get; init; } = "";
}

/// <summary>A score of zero is said, as in Google's reply: an optional number is not left out.</summary>
internal sealed record MetricValue([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double Score);
