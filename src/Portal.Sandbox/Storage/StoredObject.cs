using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Storage;

/// <summary>One generation of an object, as its file on disk says it.</summary>
internal sealed record StoredObject
{
    public required string Bucket { get; init; }

    public required string Name { get; init; }

    public required long Generation { get; init; }

    public required long Metageneration { get; init; }

    public required long Size { get; init; }

    public required Checksums Checksums { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public required ObjectAttributes Attributes { get; init; }

    /// <summary>The session it came by, so that the session knows its end even if the process died right after it.</summary>
    public string? UploadId { get; init; }

    public string Etag => Convert.ToBase64String(BitConverter.GetBytes(Generation ^ (Metageneration << 48)));

    public string HashHeader => $"crc32c={Checksums.Crc32c},md5={Checksums.Md5}";

    public JsonObject ToJson(string address)
    {
        var generation = Generation.ToString(CultureInfo.InvariantCulture);
        var path = $"b/{Bucket}/o/{Uri.EscapeDataString(Name)}";
        var json = new JsonObject
        {
            ["kind"] = "storage#object",
            ["id"] = $"{Bucket}/{Name}/{generation}",
            ["selfLink"] = $"{address}/storage/v1/{path}",
            ["mediaLink"] = $"{address}/download/storage/v1/{path}?generation={generation}&alt=media",
            ["name"] = Name,
            ["bucket"] = Bucket,
            ["generation"] = generation,
            ["metageneration"] = Metageneration.ToString(CultureInfo.InvariantCulture),
            ["storageClass"] = "STANDARD",
            ["size"] = Size.ToString(CultureInfo.InvariantCulture),
            ["md5Hash"] = Checksums.Md5,
            ["crc32c"] = Checksums.Crc32c,
            ["etag"] = Etag,
            ["timeCreated"] = StorageJson.Time(CreatedAt),
            ["updated"] = StorageJson.Time(UpdatedAt),
            ["timeStorageClassUpdated"] = StorageJson.Time(CreatedAt),
        };
        Attributes.AddTo(json);
        return json;
    }
}
