using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;

namespace Portal.Sandbox.Storage;

/// <summary>The resumable protocol: start, chunks, status query, cancel.</summary>
internal sealed class ResumableUploadApi(StorageState state, UploadSessions sessions, TimeProvider time)
{
    private const int ResumeIncomplete = 308;
    private const int ClientClosed = 499;

    public async Task<IResult> StartAsync(StorageCall call)
    {
        var metadata = await StorageJson.ReadAsync(call.Request.Body, call.Aborted);
        var name = UploadMetadata.Name(call, metadata);
        var type = (string?)call.Request.Headers["X-Upload-Content-Type"] ?? "application/octet-stream";
        var preconditions = Preconditions.From(call.Query);
        preconditions.Check(state.Find(call.Bucket, name));
        var (md5, crc32c) = UploadMetadata.Hashes(call, metadata);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        sessions.Start(new()
        {
            Id = id,
            Bucket = call.Bucket,
            Name = name,
            Attributes = new ObjectAttributes { ContentType = type }.Merge(metadata),
            Preconditions = preconditions,
            CreatedAt = time.GetUtcNow().UtcDateTime,
            DeclaredSize = DeclaredSize(call),
            ExpectedMd5 = md5,
            ExpectedCrc32c = crc32c,
        });
        call.Http.Response.Headers.Location =
            $"{call.Address}/upload/storage/v1/b/{call.Bucket}/o?uploadType=resumable&name={Uri.EscapeDataString(name)}&upload_id={id}";
        call.Http.Response.Headers["X-GUploader-UploadID"] = id;
        return Results.Ok();
    }

    public Task<IResult> PutAsync(StorageCall call) => sessions.UseAsync(Id(call), session => PutAsync(call, session), call.Aborted);

    public Task<IResult> CancelAsync(StorageCall call) => sessions.UseAsync(Id(call), session =>
    {
        sessions.Remove(session.Id);
        return Task.FromResult(Results.StatusCode(ClientClosed));
    }, call.Aborted);

    private static string Id(StorageCall call) => (string?)call.Query["upload_id"] ?? throw StorageException.Required("upload_id");

    private static long? DeclaredSize(StorageCall call) =>
        (string?)call.Request.Headers["X-Upload-Content-Length"] switch
        {
            null => null,
            var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) => size,
            _ => throw StorageException.Invalid("Invalid X-Upload-Content-Length header."),
        };

    private async Task<IResult> PutAsync(StorageCall call, UploadSession session)
    {
        if (state.Find(session.Bucket, session.Name) is { } stored && stored.UploadId == session.Id)
        {
            return StorageJson.Ok(stored.ToJson(call.Address));
        }

        if (session.IsCommitted)
        {
            throw new StorageException(404, "notFound", "The upload is over and its object is gone.");
        }

        var range = ContentRange.From(call.Request);
        if (range.Total is { } total && session.DeclaredSize is { } declared && total != declared)
        {
            throw StorageException.Invalid($"Invalid request. The size of the upload was declared as {declared}, not {total}.");
        }

        var received = sessions.Received(session);
        if (range.IsStatusQuery)
        {
            return range.Total == received ? await CompleteAsync(call, session, received) : Incomplete(call, received);
        }

        received = await TakeAsync(call, session, range, received);
        return range.EndsObject ? await CompleteAsync(call, session, received) : Incomplete(call, received);
    }

    private async Task<long> TakeAsync(StorageCall call, UploadSession session, ContentRange range, long received)
    {
        var first = range.First!.Value; // A status query, which has none, never comes here.
        if (first > received)
        {
            throw new StorageException(503, "backendError", $"Invalid request. According to the Content-Range header, the upload offset is {first} byte(s), which exceeds already uploaded size of {received} byte(s).");
        }

        if (!range.EndsObject && (range.Last!.Value - first + 1) % UploadFiles.Quantum != 0) // An open end always ends the object.
        {
            throw StorageException.Invalid($"Invalid request. Chunks other than the last must be a multiple of {UploadFiles.Quantum} bytes.");
        }

        await SkipAsync(call, received - first);
        var limit = range.Last is { } last ? last - received + 1 : (range.Total ?? long.MaxValue) - received;
        var taken = await sessions.AppendAsync(session, call.Request.Body, Math.Max(0, limit), call.Aborted);
        return range.Last is { } end && received + taken != end + 1
            ? throw StorageException.Invalid($"Invalid request. There were {taken} byte(s) in the request body. There should have been {limit} byte(s) (starting at offset {received}).")
            : received + taken;
    }

    /// <summary>Bytes that are here already are read and ignored, as Google does.</summary>
    private static async Task SkipAsync(StorageCall call, long count)
    {
        var buffer = new byte[UploadFiles.Quantum];
        for (int read; count > 0; count -= read)
        {
            read = await call.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), call.Aborted);
            if (read == 0)
            {
                return;
            }
        }
    }

    private async Task<IResult> CompleteAsync(StorageCall call, UploadSession session, long received)
    {
        if (session.DeclaredSize is { } declared && declared != received)
        {
            throw StorageException.Invalid($"Invalid request. The size of the upload was declared as {declared}, not {received}.");
        }

        return StorageJson.Ok((await sessions.CompleteAsync(session, call.Aborted)).ToJson(call.Address));
    }

    private static IResult Incomplete(StorageCall call, long received)
    {
        if (received > 0)
        {
            call.Http.Response.Headers.Range = $"bytes=0-{received - 1}";
        }

        call.Http.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = "Resume Incomplete";
        return Results.StatusCode(ResumeIncomplete);
    }
}
