using System.Globalization;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Metrics;

/// <summary>tensorboards: runs and time series of tunings, for reading.</summary>
internal static class TensorboardApi
{
    private const int BatchPoints = 1000;
    private const int MostPoints = 10_000;

    public static void MapTensorboards(this IEndpointRouteBuilder version)
    {
        const string Board = "/projects/{project}/locations/{location}/tensorboards/{board}";
        const string Runs = Board + "/experiments/{experiment}/runs";
        const string Series = Runs + "/{run}/timeSeries";
        version.MapGet(Board + ":batchRead", (HttpContext http, string project, string location, string board, MetricsState state) =>
            BatchRead(http, state, Scope(project, location, board)));
        version.MapGet(Runs, (HttpContext http, string project, string location, string board, string experiment, MetricsState state) =>
            ListRuns(http, state.Experiment(Scope(project, location, board), experiment)));
        version.MapGet(Runs + "/{run}", (string project, string location, string board, string experiment, string run, MetricsState state) =>
            VertexReply.Ok(Describe(state.Run(Scope(project, location, board), experiment, run))));
        version.MapGet(Series, (HttpContext http, string project, string location, string board, string experiment, string run, MetricsState state) =>
            ListSeries(http, state.Series(state.Run(Scope(project, location, board), experiment, run))));
        version.MapGet(Series + "/{id}", (string project, string location, string board, string experiment, string run, string id, MetricsState state) =>
            VertexReply.Ok(state.FindSeries(Scope(project, location, board), experiment, run, id).Header));
        version.MapGet(
            Series + "/{id}:read",
            (HttpContext http, string project, string location, string board, string experiment, string run, string id, MetricsState state) =>
                Read(http, state.FindSeries(Scope(project, location, board), experiment, run, id)));
        version.MapPost(
            Series + "/{id}:exportTensorboardTimeSeries",
            (HttpContext http, string project, string location, string board, string experiment, string run, string id, MetricsState state) =>
                ExportAsync(http, state.FindSeries(Scope(project, location, board), experiment, run, id)));
    }

    private static ResourceScope Scope(string project, string location, string board)
    {
        var scope = ResourceScope.Of(project, location);
        return ExperimentNames.BoardOf(scope) == scope.Resource("tensorboards", board)
            ? scope
            : throw Refusal.NoResource("Tensorboard", scope.Resource("tensorboards", board));
    }

    private static IResult BatchRead(HttpContext http, MetricsState state, ResourceScope scope)
    {
        var asked = http.Request.Query["timeSeries"].Concat(http.Request.Query["time_series"]).Select(name => ResourceNames.Normalize(name!)).ToList();
        if (asked.Count == 0)
        {
            throw Refusal.Invalid("time_series is required.");
        }

        var data = asked.ConvertAll(name => name.Split('/') is [.., "experiments", var experiment, "runs", var run, "timeSeries", var id]
            ? state.FindSeries(scope, experiment, run, id).Data(BatchPoints)
            : throw Refusal.Invalid($"\"{name}\" is not the name of a time series."));
        return VertexReply.Ok(new VertexBatchReadTimeSeriesResponse { TimeSeriesData = data });
    }

    private static IResult ListRuns(HttpContext http, ExperimentNames names)
    {
        var (runs, token) = Paging.Page(http, [Describe(names)], run => run.Name);
        return VertexReply.Ok(new VertexListTensorboardRunsResponse { TensorboardRuns = runs, NextPageToken = token });
    }

    private static VertexTensorboardRun Describe(ExperimentNames names) => new()
    {
        Name = names.Run,
        DisplayName = names.RunId,
        CreateTime = names.Job.Job.StartTime,
        UpdateTime = names.Job.Job.UpdateTime,
    };

    private static IResult ListSeries(HttpContext http, IReadOnlyList<MetricSeries> all)
    {
        var (series, token) = Paging.Page(http, all, series => series.DisplayName);
        return VertexReply.Ok(new VertexListTensorboardTimeSeriesResponse { TensorboardTimeSeries = [.. series.Select(one => one.Header)], NextPageToken = token });
    }

    private static IResult Read(HttpContext http, MetricSeries series)
    {
        var most = (string?)http.Request.Query["maxDataPoints"] switch
        {
            null or "" => BatchPoints,
            "-1" => -1,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MostPoints => number,
            _ => throw Refusal.Invalid($"max_data_points must be between 1 and {MostPoints}, or -1 for all."),
        };
        return VertexReply.Ok(new VertexReadTimeSeriesResponse { TimeSeriesData = series.Data(most) });
    }

    private static async Task<IResult> ExportAsync(HttpContext http, MetricSeries series)
    {
        var asked = await VertexBody.ReadAsync<ExportTimeSeriesRequest>(http);
        var first = asked.PageToken.Length == 0 ? 0
            : int.TryParse(asked.PageToken, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : throw Refusal.Invalid("Invalid page token.");
        var size = asked.PageSize switch { 0 => BatchPoints, > 0 and <= MostPoints => asked.PageSize, _ => throw Refusal.Invalid("Invalid page size.") };
        var points = series.Points.Skip(first).Take(size).ToList();
        return VertexReply.Ok(new ExportTimeSeriesResponse
        {
            TimeSeriesDataPoints = points,
            NextPageToken = first + points.Count < series.Points.Count ? (first + points.Count).ToString(CultureInfo.InvariantCulture) : null,
        });
    }
}
