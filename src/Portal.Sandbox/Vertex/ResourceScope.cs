using Portal.Sandbox.Vertex.Catalog;

namespace Portal.Sandbox.Vertex;

/// <summary>The project, by number, and location that a path names.</summary>
internal readonly record struct ResourceScope(string Project, string Location)
{
    public string Name => $"projects/{Project}/locations/{Location}";

    public static ResourceScope Of(string project, string location) => BaseModelCatalog.Locations.Contains(location)
        ? new(ProjectNumber.Of(project), location)
        : throw Refusal.Invalid($"Unsupported location \"{location}\".");

    public string Resource(string kind, string id) => $"{Name}/{kind}/{id}";
}
