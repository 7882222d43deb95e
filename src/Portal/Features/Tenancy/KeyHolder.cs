using System.Net;

namespace Portal.Features.Tenancy;

/// <summary>Who calls: known by the key alone. What it says was so at most a few seconds ago.</summary>
public sealed record KeyHolder(string KeyId, string TenantId, string Name, string Prefix)
{
    public required IReadOnlySet<KeyVerb> Verbs { get; init; }

    /// <summary>Null is every project.</summary>
    public IReadOnlyCollection<string>? ProjectIds { get; init; }

    /// <summary>Null is every endpoint of its projects.</summary>
    public IReadOnlyCollection<string>? EndpointIds { get; init; }

    /// <summary>The one deployment that a smoke call's key reaches, before it is live.</summary>
    public string? DeploymentId { get; init; }

    public int? RequestsPerMinute { get; init; }

    public int? TokensPerMinute { get; init; }

    public DateTime? ExpiresAt { get; init; }

    /// <summary>When this secret ends because the key was rotated.</summary>
    public DateTime? SecretUntil { get; init; }

    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    public bool IsSuspended { get; init; }

    /// <summary>Its organisation as its members enter it.</summary>
    public required Membership Organization { get; init; }

    public bool May(KeyVerb verb) => Verbs.Contains(verb);

    /// <summary>What is not opened is not there: a caller is told the same of another's endpoint and of nobody's.</summary>
    public bool Opens(string endpointId, string projectId) =>
        ProjectIds?.Contains(projectId) is not false && EndpointIds?.Contains(endpointId) is not false;
}
