using Portal.Sandbox.Learner;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Vertex.Tuning;

namespace Portal.Sandbox.Vertex;

/// <summary>Files that a request or a training line names in a bucket of the sandbox.</summary>
internal sealed class MediaObjects(StorageState storage)
{
    public const long LargestFile = 100L << 20;

    public static readonly IReadOnlyDictionary<string, (string[] Types, int Most)> Taken = new Dictionary<string, (string[] Types, int Most)>(StringComparer.Ordinal)
    {
        ["image"] = (["image/png", "image/jpeg", "image/webp"], 30),
        ["audio"] = (["audio/x-aac", "audio/flac", "audio/mp3", "audio/m4a", "audio/mpeg", "audio/mpga", "audio/mp4", "audio/ogg", "audio/pcm", "audio/wav", "audio/webm"], 1),
        ["video"] = (["video/mov", "video/mpeg", "video/mp4", "video/mpg", "video/avi", "video/wmv", "video/mpegps", "video/flv"], 1),
        ["application"] = (["application/pdf"], 4),
    };

    /// <summary>What of a file can be understood; null, with the reason, where Google would refuse it.</summary>
    public (string? Words, string Fault) Read(string mimeType, string uri)
    {
        if (!Taken.TryGetValue(mimeType.Split('/')[0], out var taken) || !taken.Types.Contains(mimeType))
        {
            return (null, $"has a file of the unsupported MIME type \"{mimeType}\"");
        }

        if (!GcsUri.TryParse(uri, out var bucket, out var name))
        {
            return (null, $"names the file \"{uri}\", which is no gs:// address; the sandbox reaches no other");
        }

        if (!storage.HasBucket(bucket) || !storage.TryOpen(bucket, name, out var found, out var content))
        {
            return (null, $"names the file \"{uri}\", which does not exist");
        }

        using (content)
        {
            var most = mimeType.StartsWith("audio/", StringComparison.Ordinal) || mimeType.StartsWith("video/", StringComparison.Ordinal) ? LargestFile : 20L << 20;
            if (content.Length > most)
            {
                return (null, $"names the file \"{uri}\" of {content.Length >> 20} MB; {most >> 20} MB are the most");
            }

            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            return bytes.Length is 0 ? (null, $"names the empty file \"{uri}\"") : (MediaFeatures.Of(mimeType, bytes), "");
        }
    }
}
