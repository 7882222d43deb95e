using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Storage;

/// <summary>Objects: get, list, patch, delete, copy.</summary>
internal sealed class ObjectApi(StorageState state, UploadFiles files)
{
    public IResult Get(StorageCall call)
    {
        var preconditions = Preconditions.From(call.Query);
        if (call.Query["alt"] != "media")
        {
            var found = Existing(call, call.Bucket, call.Object);
            preconditions.Check(found);
            return StorageJson.Ok(found.ToJson(call.Address));
        }

        if (!state.TryOpen(call.Bucket, call.Object, out var stored, out var content) || !IsAskedGeneration(call, stored))
        {
            content?.Dispose();
            throw StorageException.NoObject(call.Bucket, call.Object);
        }

        return new ObjectDownload(stored, content, preconditions);
    }

    public IResult List(StorageCall call)
    {
        var listing = ObjectListing.From(call.Query);
        var page = listing.Page(state.Objects(call.Bucket));
        var reply = new JsonObject { ["kind"] = "storage#objects" };
        if (page.NextAfter is not null)
        {
            reply["nextPageToken"] = PageToken.Write(page.NextAfter);
        }

        if (page.Prefixes.Count > 0)
        {
            reply["prefixes"] = new JsonArray([.. page.Prefixes.Select(prefix => (JsonNode?)prefix)]);
        }

        if (page.Objects.Count > 0)
        {
            reply["items"] = new JsonArray([.. page.Objects.Select(stored => (JsonNode)stored.ToJson(call.Address))]);
        }

        return StorageJson.Ok(reply);
    }

    public async Task<IResult> PatchAsync(StorageCall call)
    {
        var patch = await StorageJson.ReadAsync(call.Request.Body, call.Aborted);
        return StorageJson.Ok(state.Patch(call.Bucket, call.Object, patch, Preconditions.From(call.Query)).ToJson(call.Address));
    }

    public IResult Delete(StorageCall call)
    {
        state.Delete(call.Bucket, call.Object, Preconditions.Number(call.Query, "generation"), Preconditions.From(call.Query));
        return Results.NoContent();
    }

    /// <summary><c>rewriteTo</c> and the older <c>copyTo</c>: one step each, as everything lies in one place.</summary>
    public async Task<IResult> CopyAsync(StorageCall call, bool rewrite)
    {
        var changes = await StorageJson.ReadAsync(call.Request.Body, call.Aborted);
        if (!state.TryOpen(call.Bucket, call.Object, out var source, out var content))
        {
            throw StorageException.NoObject(call.Bucket, call.Object);
        }

        string copy;
        await using (content)
        {
            copy = await files.WriteAsync(content, call.Aborted);
        }

        // A body replaces the metadata of the copy; without one it keeps the source's.
        var attributes = changes.Count == 0 ? source.Attributes : new ObjectAttributes { ContentType = source.Attributes.ContentType }.Merge(changes);
        var stored = state.Commit(call.Path[6], call.Path[8], copy, source.Checksums, attributes, Preconditions.From(call.Query));
        if (!rewrite)
        {
            return StorageJson.Ok(stored.ToJson(call.Address));
        }

        var size = stored.Size.ToString(CultureInfo.InvariantCulture);
        return StorageJson.Ok(new JsonObject
        {
            ["kind"] = "storage#rewriteResponse",
            ["totalBytesRewritten"] = size,
            ["objectSize"] = size,
            ["done"] = true,
            ["resource"] = stored.ToJson(call.Address),
        });
    }

    private static bool IsAskedGeneration(StorageCall call, StoredObject stored) =>
        Preconditions.Number(call.Query, "generation") is not { } asked || asked == stored.Generation;

    private StoredObject Existing(StorageCall call, string bucket, string name) =>
        state.Find(bucket, name) is { } stored && IsAskedGeneration(call, stored) ? stored : throw StorageException.NoObject(bucket, name);
}
