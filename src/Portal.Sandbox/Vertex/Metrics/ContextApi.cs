using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Metrics;

/// <summary>metadataStores/default/contexts: the experiment of a tuning and its one run.</summary>
internal static partial class ContextApi
{
    private const int LargestPage = 100;

    public static void MapContexts(this IEndpointRouteBuilder version)
    {
        const string Contexts = "/projects/{project}/locations/{location}/metadataStores/default/contexts";
        version.MapGet(Contexts, (HttpContext http, string project, string location, MetricsState state) =>
            List(http, state, ResourceScope.Of(project, location)));
        version.MapGet(Contexts + "/{id}", (string project, string location, string id, MetricsState state) =>
            Get(state, ResourceScope.Of(project, location), id));
    }

    private static IResult Get(MetricsState state, ResourceScope scope, string id)
    {
        var name = $"{scope.Name}/metadataStores/default/contexts/{id}";
        return VertexReply.Ok(state.Experiments(scope).SelectMany(Describe).FirstOrDefault(context => context.Name == name)
            ?? throw Refusal.NoResource("Context", name));
    }

    private static IResult List(HttpContext http, MetricsState state, ResourceScope scope)
    {
        if (int.TryParse(http.Request.Query["pageSize"], out var size) && size > LargestPage)
        {
            throw Refusal.Invalid($"Page size must be between 1 and {LargestPage}.");
        }

        var matches = Filter((string?)http.Request.Query["filter"] ?? "");
        var (contexts, token) = Paging.Page(
            http, state.Experiments(scope).SelectMany(Describe).Where(matches), context => Paging.NewestFirst(context.CreateTime, context.Name));
        return VertexReply.Ok(new VertexListContextsResponse { Contexts = contexts, NextPageToken = token });
    }

    private static Func<VertexContext, bool> Filter(string filter)
    {
        var conditions = new List<Func<VertexContext, bool>>();
        foreach (var term in filter.Split(" AND ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Condition().Match(term) is not { Success: true } match)
            {
                throw Refusal.Invalid($"Invalid filter: \"{filter}\".");
            }

            var value = match.Groups["value"].Value;
            conditions.Add(match.Groups["field"].Value switch
            {
                "schema_title" or "schemaTitle" => context => context.SchemaTitle == value,
                "parent_contexts" or "parentContexts" => context => context.ParentContexts.Contains(ResourceNames.Normalize(value)),
                "display_name" or "displayName" => context => context.DisplayName == value,
                var field => throw Refusal.Invalid($"Invalid filter: unknown field \"{field}\"."),
            });
        }

        return context => conditions.TrueForAll(condition => condition(context));
    }

    private static IEnumerable<VertexContext> Describe(ExperimentNames names)
    {
        var job = names.Job.Job;
        yield return new()
        {
            Name = job.Experiment,
            DisplayName = names.ExperimentId,
            CreateTime = job.StartTime,
            UpdateTime = job.UpdateTime,
            SchemaTitle = VertexContext.ExperimentSchema,
            SchemaVersion = "0.0.1",
            Metadata = JsonSerializer.SerializeToElement(new { experiment_deleted = false, backing_tensorboard_resource = names.Board }),
        };
        yield return new()
        {
            Name = names.RunContext,
            DisplayName = names.RunId,
            CreateTime = job.StartTime,
            UpdateTime = job.UpdateTime,
            SchemaTitle = VertexContext.ExperimentRunSchema,
            SchemaVersion = "0.0.1",
            ParentContexts = [job.Experiment],
        };
    }

    [GeneratedRegex("""^(?<field>\w+)\s*[=:]\s*"(?<value>[^"]*)"$""")]
    private static partial Regex Condition();
}
