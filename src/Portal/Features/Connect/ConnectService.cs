using Microsoft.Extensions.Options;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Connect;

/// <summary>The one door to Google: nobody else asks for a client.</summary>
public sealed class ConnectService(VertexSessions sessions, GoogleAccess access, IOptions<ConnectOptions> options, TenantScope scope)
{
    public bool IsSandbox => options.Value.Kind is ConnectionKind.Sandbox;

    /// <summary>Where the organization works, as far as a model or a job has no place of its own.</summary>
    public string Location => options.Value.Location;

    public Task<VertexSession> OpenAsync(CancellationToken ct) => OpenAsync(Location, ct);

    /// <summary>For what is made in a given place. A resource that has a full name is found by that, wherever the session was opened.</summary>
    public async Task<VertexSession> OpenAsync(string location, CancellationToken ct) => sessions.Of(scope.TenantId, location, IsSandbox ? null : await access.GetAsync(ct));

    /// <summary>Makes the organisation's bucket where it is missing. Two at once are as good as one.</summary>
    public static async Task EnsureBucketAsync(VertexSession session, CancellationToken ct)
    {
        try
        {
            await session.Storage.GetBucketAsync(session.Bucket, ct);
        }
        catch (VertexException missing) when (missing.HttpStatus is 404)
        {
            try
            {
                await session.Storage.CreateBucketAsync(new VertexStorageBucket { Name = session.Bucket, Location = BucketLocation(session.Location) }, ct);
            }
            catch (VertexException there) when (there.HttpStatus is 409)
            {
                // Made by somebody of ours in the meantime.
            }
        }
    }

    /// <summary>Deletes all that lies below a folder of the organisation's bucket; what is not there is deleted.</summary>
    public static async Task DeleteFolderAsync(VertexSession session, string folder, CancellationToken ct)
    {
        // Listed to the end before anything goes, so that no page is asked of a list that has changed.
        List<string> names = [];
        await foreach (var stored in session.Storage.ListObjectsAsync(session.Bucket, folder, ct))
        {
            names.Add(stored.Name);
        }

        foreach (var name in names)
        {
            await session.Storage.DeleteObjectAsync(session.Bucket, name, ct);
        }
    }

    // Vertex AI has a place called global, Cloud Storage has none; its widest is what it takes where nothing is said.
    private static string BucketLocation(string location) => location is "global" ? "US" : location;
}
