using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Portal.Sandbox.Storage;

/// <summary>The two uploads that take one request: the bare content, and metadata with content.</summary>
internal sealed class UploadApi(StorageState state, UploadFiles files, ResumableUploadApi resumable)
{
    public Task<IResult> StartAsync(StorageCall call) => (string?)call.Query["uploadType"] switch
    {
        "media" => MediaAsync(call),
        "multipart" => MultipartAsync(call),
        "resumable" => resumable.StartAsync(call),
        _ => throw StorageException.Invalid("Invalid value for parameter uploadType: it is media, multipart or resumable."),
    };

    private async Task<IResult> MediaAsync(StorageCall call)
    {
        var name = UploadMetadata.Name(call, []);
        var file = await files.WriteAsync(call.Request.Body, call.Aborted);
        return await CommitAsync(call, name, file, new ObjectAttributes { ContentType = call.Request.ContentType ?? "application/octet-stream" }, []);
    }

    private async Task<IResult> MultipartAsync(StorageCall call)
    {
        if (!MediaTypeHeaderValue.TryParse(call.Request.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Length == 0)
        {
            throw StorageException.Invalid("Missing multipart boundary: the content type must be multipart/related.");
        }

        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), call.Request.Body);
        try
        {
            var first = await reader.ReadNextSectionAsync(call.Aborted) ?? throw MissingPart();
            var metadata = await StorageJson.ReadAsync(first.Body, call.Aborted);
            var name = UploadMetadata.Name(call, metadata);
            var content = await reader.ReadNextSectionAsync(call.Aborted) ?? throw MissingPart();
            var file = await files.WriteAsync(content.Body, call.Aborted);
            var attributes = new ObjectAttributes { ContentType = content.ContentType ?? "application/octet-stream" }.Merge(metadata);
            return await CommitAsync(call, name, file, attributes, metadata);
        }
        catch (InvalidDataException)
        {
            throw MissingPart();
        }
    }

    private async Task<IResult> CommitAsync(StorageCall call, string name, string file, ObjectAttributes attributes, JsonObject metadata)
    {
        try
        {
            var checksums = await Checksums.ComputeAsync(file, call.Aborted);
            var (md5, crc32c) = UploadMetadata.Hashes(call, metadata);
            if ((md5 ?? checksums.Md5) != checksums.Md5 || (crc32c ?? checksums.Crc32c) != checksums.Crc32c)
            {
                throw StorageException.Invalid($"Provided hash doesn't match the calculated one: {md5 ?? crc32c}");
            }

            return StorageJson.Ok(state.Commit(call.Bucket, name, file, checksums, attributes, Preconditions.From(call.Query)).ToJson(call.Address));
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    private static StorageException MissingPart() =>
        StorageException.Invalid("Malformed multipart body: it must have one part of metadata and one of content.");
}
