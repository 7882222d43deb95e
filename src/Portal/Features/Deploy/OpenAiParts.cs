using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>The content of OpenAI's messages as Gemini's parts: texts, and images that stand in the request itself.</summary>
internal static class OpenAiParts
{
    public static List<VertexPart> Of(JsonElement content, string field) => content.ValueKind switch
    {
        JsonValueKind.String => [new VertexPart { Text = content.GetString() }],
        JsonValueKind.Array when content.GetArrayLength() > 0 => [.. content.EnumerateArray().Select((part, index) => PartOf(part, $"{field}[{index}]"))],
        _ => throw GatewayException.Invalid(field, "content must be a text, or a list of parts of type text or image_url."),
    };

    /// <summary>All of a content's texts; null where there is none.</summary>
    public static string? TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString(),
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(p => Member(p, "text") is { ValueKind: JsonValueKind.String } text ? text.GetString() : "")),
        _ => null,
    };

    private static VertexPart PartOf(JsonElement part, string field) =>
        Member(part, "text") is { ValueKind: JsonValueKind.String } text ? new VertexPart { Text = text.GetString() }
        : Member(part, "image_url") is { } image && Member(image, "url") is { ValueKind: JsonValueKind.String } url ? new VertexPart { InlineData = ImageOf(url.GetString() ?? "", $"{field}.image_url.url") }
        : throw GatewayException.Invalid(field, "This endpoint takes parts of type text and image_url.");

    private static VertexBlob ImageOf(string url, string field)
    {
        const string Scheme = "data:", Encoding = ";base64,";
        var end = url.IndexOf(Encoding, StringComparison.OrdinalIgnoreCase);
        return url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && end > Scheme.Length
            && System.Buffers.Text.Base64.IsValid(url.AsSpan(end + Encoding.Length)) && url.Length > end + Encoding.Length
            ? new VertexBlob { MimeType = url[Scheme.Length..end], Data = url[(end + Encoding.Length)..] }
            : throw GatewayException.Invalid(field, "Images are not fetched from an address here: send them inline, as data:image/png;base64,….");
    }

    private static JsonElement? Member(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;
}
