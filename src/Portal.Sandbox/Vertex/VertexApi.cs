using Portal.Sandbox.Vertex.Catalog;
using Portal.Sandbox.Vertex.Evaluation;
using Portal.Sandbox.Vertex.Inference;
using Portal.Sandbox.Vertex.Metrics;
using Portal.Sandbox.Vertex.Registry;
using Portal.Sandbox.Vertex.Tuning;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex;

/// <summary>Everything under <c>/v1</c> and its aliases.</summary>
internal static class VertexApi
{
    private static readonly string[] s_versions = ["v1", "v1beta1", "v1beta"];

    public static void AddVertex(this IServiceCollection services, string folder)
    {
        services.AddSingleton(new TuningState(folder));
        services.AddSingleton(new RegistryState(folder));
        services.AddSingleton(new TrainingFolders(Path.Combine(folder, "training")));
        services.AddSingleton(provider => new OperationState(folder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TuningApi>();
        services.AddSingleton<TuningPublisher>();
        services.AddSingleton<TuningRun>();
        services.AddHostedService<TuningWorker>();
        services.AddSingleton<ModelApi>();
        services.AddSingleton<EndpointApi>();
        services.AddSingleton<MetricsState>();
        services.AddSingleton<AdapterCache>();
        services.AddSingleton<InferenceTargets>();
        services.AddSingleton<InferenceApi>();
    }

    public static void MapVertex(this IEndpointRouteBuilder app)
    {
        foreach (var name in s_versions)
        {
            var version = app.MapGroup("/" + name);
            version.MapPublisherModels();
            version.MapDeveloperModels();
            TuningApi.Map(version);
            ModelApi.Map(version);
            EndpointApi.Map(version);
            version.MapOperations();
            version.MapContexts();
            version.MapTensorboards();
            InferenceApi.Map(version);
            version.MapEvaluation();
        }

        app.MapFallback("{*path}", static http => VertexReply.WriteAsync(http, Refusal.NotFound($"Not found: {http.Request.Method} {http.Request.Path}")));
    }

    /// <summary>Turns refusals and faults of the sandbox itself into Google's error body.</summary>
    public static void UseVertexErrors(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (Refusal refusal) when (!http.Response.HasStarted)
        {
            await VertexReply.WriteAsync(http, refusal);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (BadHttpRequestException exception) when (!http.Response.HasStarted)
        {
            await VertexReply.WriteAsync(http, new Refusal(exception.StatusCode, VertexErrorStatus.InvalidArgument, exception.Message));
        }
#pragma warning disable CA1031 // The edge of the server: the caller gets Google's 500, the log gets the cause.
        catch (Exception exception) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Portal.Sandbox")
                .LogError(exception, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            await VertexReply.WriteAsync(http, new Refusal(500, VertexErrorStatus.Internal, "Internal error encountered."));
        }
    });
}
