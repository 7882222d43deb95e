using System.Text.RegularExpressions;

namespace Portal.Vertex;

/// <summary>
/// A name such as <c>projects/{p}/locations/{l}/models/{id}@{version}</c>, checked before it becomes part of an address:
/// names are stored and can come from a tenant's project, and the host that gets the token is derived from them.
/// Source: vertex-ai.md 1.1.
/// </summary>
public sealed partial record VertexResourceName
{
    private readonly string[] _segments;

    private VertexResourceName(string value, string[] segments)
    {
        Value = value;
        _segments = segments;
    }

    /// <summary>The name as it was given.</summary>
    public string Value { get; }

    /// <summary>The collection of the last segment, e.g. <c>models</c>.</summary>
    public string Kind => _segments[^2];

    /// <summary>Last segment without its version.</summary>
    public string Id => _segments[^1].Split('@')[0];

    /// <summary>Version or alias behind the <c>@</c>; null without one.</summary>
    public string? Version => _segments[^1].Split('@') is [_, var version] ? version : null;

    /// <summary>Null for names without one, e.g. <c>publishers/google/models/{id}</c>.</summary>
    public string? Location => _segments is ["projects", _, "locations", var location, ..] ? location : null;

    /// <exception cref="ArgumentException">It is not a resource name.</exception>
    public static VertexResourceName Parse(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var segments = name.Split('/');
        var valid = segments.Length % 2 == 0
            && segments.Select((segment, index) => index == 1 && segments[0] == "projects" ? Project.IsMatch(segment) : Segment.IsMatch(segment)).All(ok => ok);
        var result = new VertexResourceName(name, segments);
        return valid && (result.Location is null || LocationId.IsMatch(result.Location))
            ? result
            : throw new ArgumentException($"'{name}' is not a resource name of Vertex AI.", nameof(name));
    }

    /// <summary>
    /// Whether two names mean one resource: answers carry the project's number where requests carried its id, so kind, location and id decide.
    /// </summary>
    public bool IsSameResource(VertexResourceName other) => Kind == other.Kind && Location == other.Location && Id == other.Id;

    public bool Equals(VertexResourceName? other) => other?.Value == Value;

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]*\z")]
    private static partial Regex Segment { get; }

    /// <summary>Projects of the old kind have a domain in front: <c>example.com:project</c>.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9.:-]*\z")]
    private static partial Regex Project { get; }

    [GeneratedRegex(@"^[a-z][a-z0-9-]*\z")]
    private static partial Regex LocationId { get; }
}
