namespace Portal.Sandbox.Vertex.Catalog;

/// <summary>A model of the publisher Google, with what can be done with it.</summary>
internal sealed record PublishedModel(string Id, string LaunchStage)
{
    public const int LargestInput = 1_048_576;
    public const int LargestOutput = 65_536;

    /// <summary>Empty where the model cannot be tuned.</summary>
    public IReadOnlyList<int> AdapterSizes { get; init; } = [];

    /// <summary>Where it is tuned, and where the result then lives.</summary>
    public IReadOnlyDictionary<string, string> ServingLocations { get; init; } = new Dictionary<string, string>();

    /// <summary>Some models cannot think as little as <c>MINIMAL</c>.</summary>
    public bool AlwaysThinks { get; init; }

    public bool IsTunable => AdapterSizes.Count > 0;
}
