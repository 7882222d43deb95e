using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Vertex;

namespace Portal.Features.Tune;

/// <summary>Copies the files that rows speak of into the organisation's bucket, some at a time, before the rows that name them there.</summary>
public sealed class TuningMedia(MediaService media, TimeProvider time)
{
    /// <summary>What a step may take: a worker that dies loses no more than this.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    internal async Task SendAsync(VertexSession session, TuningJob job, CancellationToken ct)
    {
        var files = await media.TaughtAsync(job.VersionId, ct);
        var (sent, began) = (job.MediaSent, time.GetTimestamp());
        while (sent < files.Count && (sent == job.MediaSent || time.GetElapsedTime(began) < s_patience))
        {
            await SendAsync(session, media, files[sent++], job.Folder, ct);
        }

        job.Sent(sent, files.Count);
    }

    /// <summary>Deletes all that lies below the job's folder; what is not there is deleted.</summary>
    public static async Task DeleteAsync(VertexSession session, TuningJob job, CancellationToken ct)
    {
        if (job.MediaTotal is not > 0)
        {
            return;
        }

        List<string> names = [];
        await foreach (var stored in session.Storage.ListObjectsAsync(session.Bucket, job.Folder, ct))
        {
            names.Add(stored.Name);
        }

        foreach (var name in names)
        {
            await session.Storage.DeleteObjectAsync(session.Bucket, name, ct);
        }
    }

    private static async Task SendAsync(VertexSession session, MediaService media, MediaFile file, string folder, CancellationToken ct)
    {
        await using var content = media.OpenRead(file);
        await session.Storage.UploadAsync(new VertexStorageUpload { Bucket = session.Bucket, Name = folder + file.ObjectName, ContentType = file.MimeType }, content, ct);
    }
}
