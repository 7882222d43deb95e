using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Storage;

/// <summary>What an upload says about itself, in its address, its headers or its JSON part.</summary>
internal static class UploadMetadata
{
    private const int LongestName = 1024;

    public static string Name(StorageCall call, JsonObject metadata)
    {
        var name = (string?)call.Query["name"] is { Length: > 0 } inQuery ? inQuery : StorageJson.Text(metadata, "name");
        if (string.IsNullOrEmpty(name))
        {
            throw StorageException.Required("name");
        }

        if (Encoding.UTF8.GetByteCount(name) > LongestName || name is "." or ".." || name.AsSpan().ContainsAny('\r', '\n'))
        {
            throw StorageException.Invalid("Invalid object name.");
        }

        return name;
    }

    public static (string? Md5, string? Crc32c) Hashes(StorageCall call, JsonObject metadata)
    {
        var named = call.Request.Headers["x-goog-hash"].SelectMany(header => header!.Split(','))
            .Select(hash => hash.Trim().Split('=', 2)).Where(hash => hash.Length == 2).ToLookup(hash => hash[0], hash => hash[1]);
        return (StorageJson.Text(metadata, "md5Hash") ?? named["md5"].FirstOrDefault(),
            StorageJson.Text(metadata, "crc32c") ?? named["crc32c"].FirstOrDefault());
    }
}
