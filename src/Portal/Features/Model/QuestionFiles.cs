using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Model;

/// <summary>
/// Sends the files of a row along with its question: in the request itself where they are small enough for one, else by way of the bucket,
/// from which they are deleted as soon as the rows are answered.
/// </summary>
public sealed class QuestionFiles(MediaService media, ILogger<QuestionFiles> logger)
{
    /// <summary>A request of 20 MB is the most; base64 makes four bytes of three.</summary>
    internal long InlineBytes { get; set; } = 14L << 20;

    private int _sent;

    internal async Task<VertexGenerateContentRequest> WithFilesAsync(
        VertexSession session, string projectId, string runId, VersionExample row, VertexGenerateContentRequest question, CancellationToken ct)
    {
        var hashes = RowFiles.HashesOf(row);
        if (hashes.Count is 0)
        {
            return RowFiles.Placed(question, (_, _) => new VertexPart());
        }

        var files = await media.FindAsync(projectId, hashes, ct);
        var room = InlineBytes;
        Dictionary<string, VertexPart> places = new(StringComparer.Ordinal);
        foreach (var hash in hashes)
        {
            var file = files.GetValueOrDefault(hash) ?? throw new PortalException($"Row {row.Number:N0} names a file that is no longer there. Import its ZIP again and freeze a new version.");
            var isInline = file.Length <= room;
            room -= isInline ? file.Length : 0;
            places[hash] = isInline ? await InlineAsync(file, ct) : await SendAsync(session, file, FolderOf(runId), ct);
        }

        return RowFiles.Placed(question, (hash, _) => places[hash]);
    }

    /// <summary>Deletes what a step of a run sent to the bucket, and whatever an earlier step left there. What cannot be deleted now goes with the next step, or with the bucket.</summary>
    internal async Task ClearAsync(VertexSession session, string runId, CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _sent, 0) is 0)
        {
            return;
        }

        try
        {
            await ConnectService.DeleteFolderAsync(session, FolderOf(runId), ct);
        }
        catch (VertexException fault)
        {
            logger.LogWarning(fault, "The files of run {RunId} are still in the bucket", runId);
        }
    }

    private static string FolderOf(string runId) => $"runs/{runId}/";

    private async Task<VertexPart> InlineAsync(MediaFile file, CancellationToken ct)
    {
        await using var content = media.OpenRead(file);
        var bytes = new byte[file.Length];
        await content.ReadExactlyAsync(bytes, ct);
        return new VertexPart { InlineData = new VertexBlob { MimeType = file.MimeType, Data = Convert.ToBase64String(bytes) } };
    }

    private async Task<VertexPart> SendAsync(VertexSession session, MediaFile file, string folder, CancellationToken ct)
    {
        Interlocked.Increment(ref _sent);
        await ConnectService.EnsureBucketAsync(session, ct);
        await using var content = media.OpenRead(file);
        await session.Storage.UploadAsync(new VertexStorageUpload { Bucket = session.Bucket, Name = folder + file.ObjectName, ContentType = file.MimeType }, content, ct);
        return new VertexPart { FileData = new VertexFileData { MimeType = file.MimeType, FileUri = $"gs://{session.Bucket}/{folder}{file.ObjectName}" } };
    }
}
