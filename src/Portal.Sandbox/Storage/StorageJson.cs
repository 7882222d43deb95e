using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Storage;

/// <summary>Reading and writing bodies of the JSON API.</summary>
internal static class StorageJson
{
    private const int LargestMetadata = 1 << 20;

    public static IResult Ok(JsonNode body) => Results.Text(body.ToJsonString(VertexJson.Options), "application/json; charset=UTF-8");

    public static IResult Error(StorageException error)
    {
        var body = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = error.Status,
                ["message"] = error.Message,
                ["errors"] = new JsonArray(new JsonObject { ["message"] = error.Message, ["domain"] = "global", ["reason"] = error.Reason }),
            },
        };
        return Results.Text(body.ToJsonString(VertexJson.Options), "application/json; charset=UTF-8", statusCode: error.Status);
    }

    public static async Task<JsonObject> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var block = new byte[8192];
        for (int read; (read = await body.ReadAsync(block, cancellationToken)) > 0;)
        {
            buffer.Write(block, 0, read);
            if (buffer.Length > LargestMetadata)
            {
                throw new StorageException(413, "uploadTooLarge", "The metadata is too large.");
            }
        }

        if (buffer.Length == 0)
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(buffer.ToArray()) as JsonObject ?? throw new StorageException(400, "parseError", "Parse Error");
        }
        catch (JsonException)
        {
            throw new StorageException(400, "parseError", "Parse Error");
        }
    }

    public static string? Text(JsonObject json, string name) => json[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw StorageException.Invalid($"Invalid value for field: {name}"),
    };

    public static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
