namespace Portal.Sandbox.Vertex.Registry;

/// <summary>Body of <c>:mergeVersionAliases</c>; an alias with a dash before it is taken away.</summary>
internal sealed record MergeVersionAliasesRequest
{
    public IReadOnlyList<string> VersionAliases { get; init; } = [];
}
