namespace Portal.Sandbox.Vertex.Evaluation;

/// <summary>evaluateInstances, for the metrics that are arithmetic. Those that ask a judge are refused: nobody here could judge.</summary>
internal static class EvaluationApi
{
    private const int MostInstances = 1000;

    public static void MapEvaluation(this IEndpointRouteBuilder version) => version.MapPost(
        "/projects/{project}/locations/{location}:evaluateInstances",
        (HttpContext http, string project, string location) =>
        {
            ResourceScope.Of(project, location);
            return EvaluateAsync(http);
        });

    private static async Task<IResult> EvaluateAsync(HttpContext http)
    {
        var request = await VertexBody.ReadAsync<EvaluateInstancesRequest>(http);
        return (request.ExactMatchInput, request.BleuInput, request.RougeInput) switch
        {
            ({ } exact, null, null) => VertexReply.Ok(new
            {
                ExactMatchResults = new { ExactMatchMetricValues = Score(exact, pair => pair.Prediction == pair.Reference ? 1 : 0) },
            }),
            (null, { } bleu, null) => VertexReply.Ok(new
            {
                BleuResults = new { BleuMetricValues = Score(bleu, pair => Bleu.Score(pair.Prediction, pair.Reference, bleu.MetricSpec.UseEffectiveOrder)) },
            }),
            (null, null, { } rouge) => VertexReply.Ok(new
            {
                RougeResults = new { RougeMetricValues = Score(rouge, Rouge.For(rouge.MetricSpec)) },
            }),
            (null, null, null) => throw Refusal.Invalid("A metric input is required. This service computes exact match, BLEU and ROUGE."),
            _ => throw Refusal.Invalid("Only one metric input may be set."),
        };
    }

    private static List<MetricValue> Score(MetricInput input, Func<EvaluatedPair, double> score) =>
        input.Instances.Count is > 0 and <= MostInstances
            ? [.. input.Instances.Select(pair => new MetricValue(score(pair)))]
            : throw Refusal.Invalid($"Between 1 and {MostInstances} instances are required.");
}
