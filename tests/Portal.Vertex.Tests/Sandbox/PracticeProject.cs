using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.Sandbox;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Vertex.Tests.Sandbox;

/// <summary>A project on a running sandbox with a bucket, reached through the product's own client.</summary>
public sealed class PracticeProject : IAsyncLifetime
{
    public const string Bucket = "t-acme";
    public const string Parent = "v1/projects/acme-dev/locations/us-central1";

    private readonly ServiceProvider _services;
    private RunningSandbox? _sandbox;

    public PracticeProject()
    {
        var services = new ServiceCollection();
        services.AddVertexClients(patience => patience.BaseDelay = TimeSpan.FromMilliseconds(5));
        _services = services.BuildServiceProvider();
    }

    internal RunningSandbox Sandbox => _sandbox ?? throw new InvalidOperationException("The sandbox was not started.");

    /// <summary>Counts from the next start on.</summary>
    public int StepDelay { get; set; }

    /// <summary>Made anew each time: the address changes when the sandbox starts again.</summary>
    public VertexClient Client => ClientAt("us-central1");

    public VertexClient ClientAt(string location) => _services.GetRequiredService<VertexClientFactory>().CreateClient(OptionsAt(location));

    public VertexStorageClient Storage => _services.GetRequiredService<VertexClientFactory>().CreateStorageClient(OptionsAt("us-central1"));

    private VertexClientOptions OptionsAt(string location) => new() { ProjectId = "acme-dev", Location = location, BaseAddress = new Uri(Sandbox.Address) };

    public static async Task<PracticeProject> StartAsync(int stepDelay = 0)
    {
        var project = new PracticeProject { StepDelay = stepDelay };
        await project.InitializeAsync();
        return project;
    }

    public async ValueTask InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(folder => new SandboxOptions
        {
            StateFolder = folder,
            Url = "http://127.0.0.1:0",
            StepDelayMilliseconds = StepDelay,
        });
        await Storage.CreateBucketAsync(new VertexStorageBucket { Name = Bucket }, default);
    }

    public async Task<string> UploadAsync(string name, string content)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        await Storage.UploadAsync(new VertexStorageUpload { Bucket = Bucket, Name = name, ContentType = "application/jsonl" }, stream, default);
        return $"gs://{Bucket}/{name}";
    }

    public async Task<VertexTuningJob> StartTuningAsync(int epochs = 3, string label = "r1", bool lastOnly = false)
    {
        return await Client.CreateTuningJobAsync(
            new()
            {
                BaseModel = "gemini-3.5-flash",
                TunedModelDisplayName = "tickets",
                Labels = new Dictionary<string, string> { ["run"] = label },
                SupervisedTuningSpec = new()
                {
                    TrainingDatasetUri = await UploadAsync("train.jsonl", Tickets.Rows(240, first: 0)),
                    ValidationDatasetUri = await UploadAsync("val.jsonl", Tickets.Rows(40, first: 240)),
                    HyperParameters = new() { EpochCount = epochs, AdapterSize = VertexAdapterSize.Four },
                    ExportLastCheckpointOnly = lastOnly,
                },
            },
            default);
    }

    public async Task<VertexTuningJob> WaitAsync(string name, Func<VertexTuningJob, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var job = await Client.GetTuningJobAsync(name, patience.Token);
            if (until(job))
            {
                return job;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    public Task<VertexTuningJob> WaitForEndAsync(string name) => WaitAsync(name, job => VertexJobState.IsTerminal(job.State));

    public async Task<JsonNode> PostAsync(string path, object body, int expected)
    {
        using var reply = await Sandbox.Http.PostAsJsonAsync(path, body);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(expected == (int)reply.StatusCode, $"{(int)reply.StatusCode}: {text}");
        Assert.Equal("application/json", reply.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(text)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Sandbox.DisposeAsync();
    }
}
