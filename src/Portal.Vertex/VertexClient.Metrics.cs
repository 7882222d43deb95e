using System.Net;
using System.Text.Json;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <content>Training curves. Source: vertex-ai.md 3.</content>
public sealed partial class VertexClient
{
    /// <summary>Keeps the address of a batch read, which names each series in full, within what servers accept.</summary>
    private const int SeriesPerRead = 20;

    /// <summary>
    /// The curves of a job. Empty while the experiment, its board or its series do not exist yet, which is normal until training has begun.
    /// Beyond 1000 points the service returns a sample of a series.
    /// </summary>
    /// <param name="experiment"><see cref="VertexTuningJob.Experiment"/>.</param>
    public async Task<IReadOnlyList<VertexMetricSeries>> ReadTrainingMetricsAsync(string experiment, CancellationToken cancellationToken)
    {
        try
        {
            var context = await GetAsync<VertexContext>(experiment, "", cancellationToken);
            if (BoardOf(context) is not { } board)
            {
                return [];
            }

            var series = new List<VertexTensorboardTimeSeries>();
            await foreach (var run in ListRunsAsync($"{board}/experiments/{VertexResourceName.Parse(experiment).Id}", cancellationToken))
            {
                await foreach (var header in ListSeriesAsync(run.Name, cancellationToken))
                {
                    series.Add(header);
                }
            }

            return await ReadSeriesAsync(board, [.. series.Where(header => header.ValueType is VertexTensorboardTimeSeries.Scalar or "")], cancellationToken);
        }
        catch (VertexException exception) when (exception.HttpStatus == (int)HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    private static string? BoardOf(VertexContext context) =>
        context.Metadata is { ValueKind: JsonValueKind.Object } metadata
        && metadata.TryGetProperty("backing_tensorboard_resource", out var board)
        && board.ValueKind == JsonValueKind.String
            ? board.GetString()
            : null;

    private IAsyncEnumerable<VertexTensorboardRun> ListRunsAsync(string boardExperiment, CancellationToken cancellationToken) =>
        PagesAsync(
            async token =>
            {
                var query = VertexQuery.Of(("pageSize", "100"), ("pageToken", token));
                var page = await GetAsync<VertexListTensorboardRunsResponse>(boardExperiment, "/runs" + query, cancellationToken);
                return (page.TensorboardRuns, page.NextPageToken);
            },
            cancellationToken);

    private IAsyncEnumerable<VertexTensorboardTimeSeries> ListSeriesAsync(string run, CancellationToken cancellationToken) =>
        PagesAsync(
            async token =>
            {
                var query = VertexQuery.Of(("pageSize", "1000"), ("pageToken", token));
                var page = await GetAsync<VertexListTensorboardTimeSeriesResponse>(run, "/timeSeries" + query, cancellationToken);
                return (page.TensorboardTimeSeries, page.NextPageToken);
            },
            cancellationToken);

    private async Task<IReadOnlyList<VertexMetricSeries>> ReadSeriesAsync(
        string board, IReadOnlyList<VertexTensorboardTimeSeries> series, CancellationToken cancellationToken)
    {
        var displayNames = series.ToDictionary(header => VertexResourceName.Parse(header.Name).Id, header => header.DisplayName);
        var points = new List<(string DisplayName, VertexMetricPoint Point)>();
        foreach (var group in series.Chunk(SeriesPerRead))
        {
            var query = VertexQuery.Of([.. group.Select(header => ("timeSeries", (string?)header.Name))]);
            var read = await GetAsync<VertexBatchReadTimeSeriesResponse>(board, ":batchRead" + query, cancellationToken);
            points.AddRange(
                from data in read.TimeSeriesData
                where displayNames.ContainsKey(data.TensorboardTimeSeriesId)
                from value in data.Values
                let scalar = value.Scalar?.Value
                where scalar is not null
                select (displayNames[data.TensorboardTimeSeriesId], new VertexMetricPoint(value.Step, scalar.Value, value.WallTime)));
        }

        // A job that the service restarted has a second run with the same curves: the later measurement of a step counts.
        return
        [
            .. from point in points
               group point.Point by point.DisplayName into curve
               orderby curve.Key
               select new VertexMetricSeries(
                   curve.Key,
                   [.. curve.GroupBy(point => point.Step).Select(step => step.MaxBy(point => point.WallTime)).OrderBy(point => point.Step)]),
        ];
    }
}
