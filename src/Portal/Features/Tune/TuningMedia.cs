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
        if (job.MediaTotal is null)
        {
            // A step of its own, and kept before the first is sent: whatever becomes of the job, what lies in the bucket is looked for.
            job.Sent(0, files.Count);
            return;
        }

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
        if (job.MediaTotal > 0)
        {
            await ConnectService.DeleteFolderAsync(session, job.Folder, ct);
        }
    }

    private static async Task SendAsync(VertexSession session, MediaService media, MediaFile file, string folder, CancellationToken ct)
    {
        await using var content = media.OpenRead(file);
        await session.Storage.UploadAsync(new VertexStorageUpload { Bucket = session.Bucket, Name = folder + file.ObjectName, ContentType = file.MimeType }, content, ct);
    }
}
