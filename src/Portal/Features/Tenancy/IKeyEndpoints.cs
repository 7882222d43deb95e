namespace Portal.Features.Tenancy;

/// <summary>An address that a key can be narrowed to.</summary>
public sealed record KeyEndpoint(string Id, string ProjectId, string Name);

/// <summary>What keys cannot know of the endpoints they open. A slice to the right lends it, for Tenancy reads none.</summary>
public interface IKeyEndpoints
{
    /// <summary>Those that whoever asks may see.</summary>
    Task<IReadOnlyList<KeyEndpoint>> EndpointsAsync(CancellationToken ct);
}
