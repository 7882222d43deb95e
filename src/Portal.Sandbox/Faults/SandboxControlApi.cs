using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Vertex.Registry;
using Portal.Sandbox.Vertex.Tuning;

namespace Portal.Sandbox.Faults;

/// <summary>What tests and demonstrations steer the sandbox with; Google has nothing like it.</summary>
internal static class SandboxControlApi
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void MapControl(this IEndpointRouteBuilder app)
    {
        app.MapPost("/sandbox/faults", AddFaultAsync);
        app.MapGet("/sandbox/faults", (FaultPlan plan) => Results.Json(plan.Faults, s_options));
        app.MapDelete("/sandbox/faults", (FaultPlan plan) =>
        {
            plan.Clear();
            return Results.NoContent();
        });
        app.MapGet("/sandbox/state", State);
    }

    private static async Task<IResult> AddFaultAsync(HttpContext http, FaultPlan plan)
    {
        try
        {
            var fault = await JsonSerializer.DeserializeAsync<FaultOptions>(http.Request.Body, s_options, http.RequestAborted);
            plan.Add(fault!); // A body of null has no kind, which is required.
            return Results.Json(plan.Faults, s_options);
        }
        catch (JsonException exception)
        {
            return Results.Json(new { error = exception.Message }, s_options, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static IResult State(FaultPlan plan, TuningState jobs, RegistryState registry, StorageState storage)
    {
        var all = jobs.All();
        var buckets = storage.ListBuckets().Select(bucket => (string)bucket["name"]!).ToList();
        return Results.Json(
            new
            {
                TuningJobs = all.Count,
                TuningJobsByState = all.GroupBy(record => record.Job.State).ToDictionary(group => group.Key, group => group.Count()),
                Models = registry.Models.All().Count,
                Endpoints = registry.Endpoints.All().Count,
                Buckets = buckets.Count,
                Objects = buckets.Sum(bucket => storage.Objects(bucket).Count),
                plan.Calls,
            },
            s_options);
    }
}
