using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Catalog;

/// <summary>publishers/google/models: get and list.</summary>
internal static class PublisherModelApi
{
    public static void MapPublisherModels(this IEndpointRouteBuilder version)
    {
        version.MapGet("/publishers/google/models", List);
        version.MapGet("/publishers/google/models/{model}", (string model) => Get(new ResourceScope("-", "global"), model));
        version.MapGet("/projects/{project}/locations/{location}/publishers/google/models", List);
        version.MapGet(
            "/projects/{project}/locations/{location}/publishers/google/models/{model}",
            (string project, string location, string model) => Get(ResourceScope.Of(project, location), model));
    }

    /// <summary>The Developer API's own, smaller list of the same models.</summary>
    public static void MapDeveloperModels(this IEndpointRouteBuilder version)
    {
        version.MapGet("/models", (HttpContext http) =>
        {
            var (models, token) = Paging.Page(http, BaseModelCatalog.All, model => model.Id);
            return VertexReply.Ok(new { Models = models.Select(DescribeForDevelopers), NextPageToken = token.Length > 0 ? token : null });
        });
        version.MapGet("/models/{model}", (string model) =>
            VertexReply.Ok(DescribeForDevelopers(BaseModelCatalog.Get(new ResourceScope("-", "global"), model))));
    }

    private static object DescribeForDevelopers(PublishedModel model) => new
    {
        Name = $"models/{model.Id}",
        DisplayName = model.Id,
        InputTokenLimit = PublishedModel.LargestInput,
        OutputTokenLimit = PublishedModel.LargestOutput,
        SupportedGenerationMethods = new[] { "generateContent", "countTokens" },
    };

    private static IResult List(HttpContext http)
    {
        var (models, token) = Paging.Page(http, BaseModelCatalog.All, model => model.Id);
        return VertexReply.Ok(new VertexListPublisherModelsResponse { PublisherModels = [.. models.Select(Describe)], NextPageToken = token });
    }

    private static IResult Get(ResourceScope scope, string model) => VertexReply.Ok(Describe(BaseModelCatalog.Get(scope, model)));

    private static VertexPublisherModel Describe(PublishedModel model) => new()
    {
        Name = $"publishers/google/models/{model.Id}",
        VersionId = "default",
        OpenSourceCategory = "PROPRIETARY",
        LaunchStage = model.LaunchStage,
    };
}
