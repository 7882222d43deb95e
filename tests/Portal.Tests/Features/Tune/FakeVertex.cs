using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portal.Vertex.Contracts;

namespace Portal.Tests.Features.Tune;

/// <summary>
/// As much of Vertex AI and Cloud Storage as a tuning touches, over HTTP, with the faults that matter: it can do what it was asked and not
/// say so, and list a new job late. Each job lives by the number of times it has been read.
/// </summary>
internal sealed class FakeVertex : IAsyncDisposable
{
    private const string Parent = "projects/123/locations/us-central1";
    /// <summary>What is tuned in a region serves in its jurisdiction.</summary>
    private const string Serving = "projects/123/locations/us";

    private const string Board = $"{Parent}/tensorboards/1";
    private const int Steps = 40;
    private const int ReadsUntilDone = 4;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Job> _jobs = new();
    private readonly ConcurrentDictionary<string, (string Name, MemoryStream Bytes)> _sessions = new();
    private int _ids;

    private FakeVertex(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Called before and after each call is carried out; may hang, or throw to cut the connection.</summary>
    public Func<FakeMoment, Task> On { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers a call with an HTTP status instead of carrying it out; 0 carries it out.</summary>
    public Func<string, int> Refuse { get; set; } = _ => 0;

    /// <summary>A new job is not listed for this long, by the clock of whoever asks.</summary>
    public TimeSpan ListLag { get; set; }

    public Func<DateTime> Now { get; set; } = () => DateTime.UnixEpoch;

    /// <summary>Validation loss at each step; null for a job without validation.</summary>
    public Func<long, double> ValidationLoss { get; set; } = step => 2.0 / (1 + step);

    public string EndsAs { get; set; } = VertexJobState.Succeeded;

    public VertexStatus? Error { get; set; }

    /// <summary>Reads a job stays in cancelling, or finishes all the same where negative.</summary>
    public int ReadsToCancel { get; set; } = 1;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    public IReadOnlyList<VertexTuningJob> Jobs => [.. _jobs.Values.Select(j => j.Order)];

    public int CancelCalls { get; private set; }

    public static async Task<FakeVertex> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var fake = new FakeVertex(builder.Build());
        fake._app.Run(fake.AnswerAsync);
        await fake._app.StartAsync();
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var call = $"{http.Request.Method} {http.Request.Path}";
        if (Refuse(call) is > 0 and var status)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsJsonAsync(new { error = new { code = status, message = $"refused with {status}", status = "" } });
            return;
        }

        try
        {
            await On(new FakeMoment(call, IsDone: false));
            var answer = await DoAsync(http);
            await On(new FakeMoment(call, IsDone: true));
            if (answer is null)
            {
                http.Response.StatusCode = http.Response.StatusCode is 200 ? 404 : http.Response.StatusCode;
                return;
            }

            await http.Response.WriteAsJsonAsync(answer, answer.GetType(), VertexJson.Options);
        }
        catch (IOException)
        {
            http.Abort();
        }
    }

    private async Task<object?> DoAsync(HttpContext http)
    {
        var (method, path) = (http.Request.Method, http.Request.Path.Value ?? "");
        return (method, path) switch
        {
            ("GET", _) when path.StartsWith("/storage/v1/b/", StringComparison.Ordinal) && path.EndsWith("/o", StringComparison.Ordinal) => new VertexStorageObjectList
            {
                Items = [.. Objects.Keys.Where(name => name.StartsWith(http.Request.Query["prefix"].ToString(), StringComparison.Ordinal)).Select(name => new VertexStorageObject { Name = name })],
            },
            ("GET", _) when path.StartsWith("/storage/v1/b/", StringComparison.Ordinal) => new VertexStorageBucket { Name = path[14..] },
            ("POST", _) when path.StartsWith("/upload/", StringComparison.Ordinal) => StartUpload(http),
            ("DELETE", _) => Delete(Uri.UnescapeDataString(path.Split("/o/")[^1])),
            ("PUT", _) => await PutAsync(http, path["/session/".Length..]),
            ("POST", _) when path.EndsWith(":countTokens", StringComparison.Ordinal) => await CountAsync(http),
            ("POST", _) when path.EndsWith("/tuningJobs", StringComparison.Ordinal) => await CreateAsync(http),
            ("POST", _) when path.EndsWith(":cancel", StringComparison.Ordinal) => Cancel(path),
            ("GET", _) when path.EndsWith("/tuningJobs", StringComparison.Ordinal) => List(),
            ("GET", _) when path.Contains("/tuningJobs/", StringComparison.Ordinal) => Read(path),
            ("GET", _) when path.Contains("/contexts/", StringComparison.Ordinal) => new VertexContext
            {
                Name = path[4..], Metadata = System.Text.Json.JsonSerializer.SerializeToElement(new { backing_tensorboard_resource = Board }),
            },
            ("GET", _) when path.EndsWith("/runs", StringComparison.Ordinal) => new VertexListTensorboardRunsResponse
            {
                TensorboardRuns = [new VertexTensorboardRun { Name = $"{path[4..]}/run" }],
            },
            ("GET", _) when path.EndsWith("/timeSeries", StringComparison.Ordinal) => new VertexListTensorboardTimeSeriesResponse
            {
                TensorboardTimeSeries =
                [
                    Header(path, VertexTuningMetric.TrainLoss, 1), Header(path, VertexTuningMetric.EvalLoss, 2),
                    Header(path, VertexTuningMetric.TrainAccuracy, 3), Header(path, VertexTuningMetric.EvalAccuracy, 4),
                ],
            },
            ("GET", _) when path.EndsWith(":batchRead", StringComparison.Ordinal) => Points(http),
            _ => null,
        };
    }

    private object? StartUpload(HttpContext http)
    {
        var id = $"{Interlocked.Increment(ref _ids)}";
        _sessions[id] = (http.Request.Query["name"].ToString(), new MemoryStream());
        http.Response.Headers.Location = $"{Address}/session/{id}";
        return new VertexStorageObject();
    }

    private async Task<object?> PutAsync(HttpContext http, string id)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            http.Response.StatusCode = 410;
            return null;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        lock (session.Bytes)
        {
            if (body.Length > 0)
            {
                session.Bytes.SetLength(0);
                session.Bytes.Write(body.ToArray());
                Objects[session.Name] = session.Bytes.ToArray();
            }

            if (session.Bytes.Length is 0)
            {
                http.Response.StatusCode = 308;
                return null;
            }

            return new VertexStorageObject { Name = session.Name, Size = session.Bytes.Length };
        }
    }

    /// <summary>Null, so 404, where there is none.</summary>
    private object? Delete(string name) => Objects.TryRemove(name, out _) ? new Dictionary<string, string>() : null;

    private static async Task<object?> CountAsync(HttpContext http)
    {
        var request = await http.Request.ReadFromJsonAsync<VertexCountTokensRequest>(VertexJson.Options);
        return new VertexCountTokensResponse { TotalTokens = request!.Contents.Sum(c => c.Parts.Sum(p => p.Text!.Split((char[])[' ', '\n']).Length)) };
    }

    private async Task<object?> CreateAsync(HttpContext http)
    {
        var order = await http.Request.ReadFromJsonAsync<VertexTuningJob>(VertexJson.Options);
        var name = $"{Parent}/tuningJobs/{Interlocked.Increment(ref _ids)}";
        var job = new Job(order! with { Name = name, State = VertexJobState.Pending }, Now() + ListLag);
        _jobs[name] = job;
        return job.Order;
    }

    private object Cancel(string path)
    {
        CancelCalls++;
        _jobs[path[4..^":cancel".Length]].IsCancelling = true;
        return new Dictionary<string, string>();
    }

    private VertexListTuningJobsResponse List() => new()
    {
        // A filter that the service takes and ignores is the worst case for whoever asks.
        TuningJobs = [.. _jobs.Values.Where(j => j.ListedFrom <= Now()).Select(j => j.Order)],
    };

    private object? Read(string path)
    {
        if (!_jobs.TryGetValue(path[4..], out var job))
        {
            return null;
        }

        lock (job)
        {
            job.Reads++;
            var finishes = job.IsCancelling && ReadsToCancel >= 0 ? VertexJobState.Cancelled : EndsAs;
            job.CancelReads += job.IsCancelling ? 1 : 0;
            var isDone = job.IsCancelling && ReadsToCancel >= 0 ? job.CancelReads > ReadsToCancel : job.Reads >= ReadsUntilDone;
            var state = isDone ? finishes : job.IsCancelling ? VertexJobState.Cancelling : job.Reads is 1 ? VertexJobState.Pending : VertexJobState.Running;
            job.Trained = state switch { VertexJobState.Running => Math.Min(Steps, job.Trained + (Steps / 2)), VertexJobState.Succeeded => Steps, _ => job.Trained };
            return job.Order with
            {
                State = state,
                StartTime = job.Trained > 0 ? DateTime.UnixEpoch : null,
                Experiment = job.Trained > 0 ? $"{Parent}/metadataStores/default/contexts/e{path.Split('/')[^1]}" : "",
                Error = isDone ? Error : null,
                SupervisedTuningSpec = job.Order.SupervisedTuningSpec! with { HyperParameters = job.Order.SupervisedTuningSpec!.HyperParameters! with { EpochCount = 2 } },
                TuningDataStats = job.Trained > 0 ? new() { SupervisedTuningDataStats = new() { TotalBillableTokenCount = 1_000, TuningStepCount = Steps } } : null,
                TunedModel = state is VertexJobState.Succeeded
                    ? new VertexTunedModel
                    {
                        Model = $"{Serving}/models/9@1",
                        Endpoint = $"{Serving}/endpoints/32",
                        Checkpoints =
                        [
                            new() { CheckpointId = "1", Epoch = 1, Step = Steps / 2, Endpoint = $"{Serving}/endpoints/31" },
                            new() { CheckpointId = "2", Epoch = 2, Step = Steps, Endpoint = $"{Serving}/endpoints/32" },
                        ],
                    }
                    : null,
            };
        }
    }

    private VertexBatchReadTimeSeriesResponse Points(HttpContext http)
    {
        var experiment = http.Request.Query["timeSeries"].First()!.Split('/')[^5];
        var job = _jobs[$"{Parent}/tuningJobs/{experiment[1..]}"];
        var steps = Enumerable.Range(1, job.Trained).Select(s => (long)s).ToList();
        return new()
        {
            TimeSeriesData =
            [
                Data("1", steps, s => 1.0 / (1 + s)), Data("2", steps.Where(s => s % 10 is 0), ValidationLoss),
                Data("3", steps, s => s / 40.0), Data("4", steps.Where(s => s % 10 is 0), s => s / 50.0),
            ],
        };
    }

    private static VertexTimeSeriesData Data(string id, IEnumerable<long> steps, Func<long, double> value) => new()
    {
        TensorboardTimeSeriesId = id,
        Values = [.. steps.Select(s => new VertexTimeSeriesDataPoint { Step = s, Scalar = new VertexScalar { Value = value(s) } })],
    };

    private static VertexTensorboardTimeSeries Header(string path, string name, int id) =>
        new() { Name = $"{path[4..]}/{id}", DisplayName = name, ValueType = "SCALAR" };

    private sealed class Job(VertexTuningJob order, DateTime listedFrom)
    {
        public VertexTuningJob Order => order;

        public DateTime ListedFrom => listedFrom;

        public int Trained { get; set; }

        public int Reads { get; set; }

        public int CancelReads { get; set; }

        public bool IsCancelling { get; set; }
    }
}

/// <summary>Just before a call is carried out, or just after and before its answer leaves.</summary>
internal sealed record FakeMoment(string Call, bool IsDone);
