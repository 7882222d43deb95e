using System.Globalization;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>operations: get, wait, cancel, delete, list; also below the model or endpoint they are about.</summary>
internal static class OperationApi
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    public static void MapOperations(this IEndpointRouteBuilder version)
    {
        const string Scope = "/projects/{project}/locations/{location}";
        version.MapGet(Scope + "/operations", (HttpContext http, string project, string location, OperationState state) =>
        {
            var (operations, token) = Paging.Page(http, state.List(ResourceScope.Of(project, location).Resource("operations", "")), operation =>
                Paging.NewestFirst(operation.Metadata?.GenericMetadata?.CreateTime, operation.Name));
            return VertexReply.Ok(new VertexListOperationsResponse { Operations = operations, NextPageToken = token });
        });
        foreach (var parent in new[] { "", "/models/{model}", "/endpoints/{endpoint}", "/tuningJobs/{job}" })
        {
            var operation = Scope + parent + "/operations/{id}";
            version.MapGet(operation, (string project, string location, string id, OperationState state) =>
                VertexReply.Ok(state.Get(Name(project, location, id))));
            version.MapPost(operation + ":wait", async (HttpContext http, string project, string location, string id, OperationState state) =>
                VertexReply.Ok(await state.WaitAsync(Name(project, location, id), Timeout(http), http.RequestAborted)));
            version.MapPost(operation + ":cancel", (string project, string location, string id, OperationState state) =>
            {
                state.Get(Name(project, location, id)); // Best effort: there is nothing left to stop, but an unknown name is still unknown.
                return VertexReply.Empty();
            });
            version.MapDelete(operation, (string project, string location, string id, OperationState state) =>
            {
                state.Delete(Name(project, location, id));
                return VertexReply.Empty();
            });
        }
    }

    private static string Name(string project, string location, string id) => ResourceScope.Of(project, location).Resource("operations", id);

    private static TimeSpan Timeout(HttpContext http) => (string?)http.Request.Query["timeout"] switch
    {
        { Length: > 1 } text when text.EndsWith('s')
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            => TimeSpan.FromSeconds(Math.Min(seconds, s_longestWait.TotalSeconds)),
        null or "" => s_longestWait,
        _ => throw Refusal.Invalid("Invalid value for timeout."),
    };
}
