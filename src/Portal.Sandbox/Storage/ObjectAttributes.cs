using System.Text.Json.Nodes;

namespace Portal.Sandbox.Storage;

/// <summary>What a client may say about an object; everything else the service says itself.</summary>
internal sealed record ObjectAttributes
{
    public string? ContentType { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentDisposition { get; init; }

    public string? ContentLanguage { get; init; }

    public string? CacheControl { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Null removes, absent keeps: so says the patch semantics of the JSON API, for single metadata keys as well.</summary>
    public ObjectAttributes Merge(JsonObject patch) => this with
    {
        ContentType = Pick(patch, "contentType", ContentType),
        ContentEncoding = Pick(patch, "contentEncoding", ContentEncoding),
        ContentDisposition = Pick(patch, "contentDisposition", ContentDisposition),
        ContentLanguage = Pick(patch, "contentLanguage", ContentLanguage),
        CacheControl = Pick(patch, "cacheControl", CacheControl),
        Metadata = MergeMetadata(patch),
    };

    public void AddTo(JsonObject json)
    {
        AddText(json, "contentType", ContentType);
        AddText(json, "contentEncoding", ContentEncoding);
        AddText(json, "contentDisposition", ContentDisposition);
        AddText(json, "contentLanguage", ContentLanguage);
        AddText(json, "cacheControl", CacheControl);
        if (Metadata.Count > 0)
        {
            json["metadata"] = new JsonObject(Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        }
    }

    private static void AddText(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static string? Pick(JsonObject patch, string name, string? current) =>
        patch.ContainsKey(name) ? StorageJson.Text(patch, name) : current;

    private IReadOnlyDictionary<string, string> MergeMetadata(JsonObject patch)
    {
        if (!patch.TryGetPropertyValue("metadata", out var given))
        {
            return Metadata;
        }

        var merged = new Dictionary<string, string>();
        if (given is JsonObject changes)
        {
            merged = Metadata.Where(pair => !changes.ContainsKey(pair.Key)).ToDictionary();
            foreach (var name in changes.Where(change => change.Value is not null).Select(change => change.Key))
            {
                merged[name] = StorageJson.Text(changes, name)!;
            }
        }

        return merged;
    }
}
