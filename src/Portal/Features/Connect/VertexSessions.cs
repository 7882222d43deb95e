using System.Collections.Concurrent;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Options;
using Portal.Vertex;

namespace Portal.Features.Connect;

/// <summary>The ways to Vertex AI that were opened a while ago, each an organisation's own: what is in one says nothing of any piece of work.</summary>
public sealed class VertexSessions(VertexClientFactory clients, IOptions<ConnectOptions> options)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(string TenantId, string Location), (VertexSession Session, ITokenAccess? Credential)> _all = new();

    /// <param name="tenantId">Whose it is.</param>
    /// <param name="location">Where it works.</param>
    /// <param name="credential">Null for a sandbox.</param>
    public VertexSession Of(string tenantId, string location, ITokenAccess? credential)
    {
        if (_all.TryGetValue((tenantId, location), out var known) && ReferenceEquals(known.Credential, credential))
        {
            return known.Session;
        }

        if (_all.Count >= Most)
        {
            _all.Clear();
        }

        var session = Open(tenantId, location, credential);
        _all[(tenantId, location)] = (session, credential);
        return session;
    }

    private VertexSession Open(string tenantId, string location, ITokenAccess? credential)
    {
        var o = options.Value;
        var isSandbox = o.Kind is ConnectionKind.Sandbox;
        var settings = new VertexClientOptions
        {
            ProjectId = o.GcpProject,
            Location = location,
            QuotaProject = o.QuotaProject,
            RetryGroup = tenantId,
            BaseAddress = isSandbox ? new Uri(o.SandboxUrl) : null,
        };
        // A bucket of its own for each organisation: what one uploads, no other's job can name.
        var bucket = $"{o.GcpProject}-{tenantId.Replace('_', '-')}";
        return new VertexSession(clients.CreateClient(settings, credential), clients.CreateStorageClient(settings, credential), o.GcpProject, location, bucket, isSandbox);
    }
}
