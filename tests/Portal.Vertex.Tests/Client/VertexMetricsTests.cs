using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexMetricsTests
{
    private const string Experiment = "projects/111/locations/us-central1/metadataStores/default/contexts/tuning-experiment-1";
    private const string Board = "projects/111/locations/us-central1/tensorboards/55";
    private const string Run = $"{Board}/experiments/tuning-experiment-1/runs/tuning-experiment-1-r1";

    private const string Context = $$$"""{"schemaTitle":"system.Experiment","metadata":{"backing_tensorboard_resource":"{{{Board}}}"}}""";
    private const string Runs = $$"""{"tensorboardRuns":[{"name":"{{Run}}"}]}""";

    [Fact]
    public async Task Curves_OfATraining_AreReadByName()
    {
        var google = new FakeGoogle()
            .At($"/v1/{Experiment}", Context)
            .At($"/v1/{Board}/experiments/tuning-experiment-1/runs?pageSize=100", Runs)
            .At($"/v1/{Run}/timeSeries?pageSize=1000", $$"""
                {"tensorboardTimeSeries":[
                  {"name":"{{Run}}/timeSeries/1","displayName":"/train_total_loss","valueType":"SCALAR"},
                  {"name":"{{Run}}/timeSeries/2","displayName":"/eval_total_loss","valueType":"SCALAR"},
                  {"name":"{{Run}}/timeSeries/3","displayName":"/histogram","valueType":"TENSOR"}]}
                """)
            .At($"/v1/{Board}:batchRead?timeSeries={Uri.EscapeDataString(Run)}%2FtimeSeries%2F1&timeSeries={Uri.EscapeDataString(Run)}%2FtimeSeries%2F2", """
                {"timeSeriesData":[
                  {"tensorboardTimeSeriesId":"1","valueType":"SCALAR","values":[
                    {"scalar":{"value":1.5},"wallTime":"2026-11-23T10:06:00Z","step":"2"},
                    {"scalar":{"value":1.84},"wallTime":"2026-11-23T10:05:00Z","step":"1"},
                    {"scalar":{"value":9},"wallTime":"2026-11-23T10:01:00Z","step":"2"}]},
                  {"tensorboardTimeSeriesId":"2","values":[{"scalar":{},"wallTime":"2026-11-23T10:06:00Z","step":2}]},
                  {"tensorboardTimeSeriesId":"99","values":[{"scalar":{"value":1},"step":"1"}]}]}
                """);
        using var rig = new VertexRig(google);

        var series = await rig.Client().ReadTrainingMetricsAsync(Experiment, default);

        Assert.Equal([VertexTuningMetric.EvalLoss, VertexTuningMetric.TrainLoss], series.Select(curve => curve.DisplayName));
        Assert.Equal([new VertexMetricPoint(2, 0, At(6))], series[0].Points);
        Assert.Equal([new VertexMetricPoint(1, 1.84, At(5)), new VertexMetricPoint(2, 1.5, At(6))], series[1].Points);
    }

    [Fact]
    public async Task Curves_BeforeTheExperimentExists_AreEmpty()
    {
        using var rig = new VertexRig(new FakeGoogle().At("/elsewhere", "{}"));

        Assert.Empty(await rig.Client().ReadTrainingMetricsAsync(Experiment, default));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"metadata":{"other":1}}""", null)]
    [InlineData(Context, null)]
    [InlineData(Context, "{}")]
    public async Task Curves_BeforeTheBoardHasRuns_AreEmpty(string context, string? runs)
    {
        var google = new FakeGoogle().At($"/v1/{Experiment}", context);
        if (runs is not null)
        {
            google.At($"/v1/{Board}/experiments/tuning-experiment-1/runs?pageSize=100", runs);
        }

        using var rig = new VertexRig(google);

        Assert.Empty(await rig.Client().ReadTrainingMetricsAsync(Experiment, default));
    }

    [Fact]
    public async Task Curves_OfARunWithoutSeries_AreEmpty()
    {
        var google = new FakeGoogle()
            .At($"/v1/{Experiment}", Context)
            .At($"/v1/{Board}/experiments/tuning-experiment-1/runs?pageSize=100", Runs)
            .At($"/v1/{Run}/timeSeries?pageSize=1000", "{}");
        using var rig = new VertexRig(google);

        Assert.Empty(await rig.Client().ReadTrainingMetricsAsync(Experiment, default));
    }

    private static DateTime At(int minute) => new(2026, 11, 23, 10, minute, 0, DateTimeKind.Utc);
}
