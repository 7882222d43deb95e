using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Reads what strangers send: a bounded body, then JSON of which every string is known to be text.</summary>
internal static class GatewayBody
{
    private const int Little = 16 * 1024;

    private static readonly JsonSerializerOptions s_strict = new(VertexJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int limit, CancellationToken ct)
    {
        if (request.ContentLength > limit)
        {
            throw GatewayException.TooLarge(limit);
        }

        try
        {
            var bytes = request.ContentLength is > 0 and <= Little and var told ? await ReadLittleAsync(request.BodyReader, (int)told, ct) : await ReadAsync(request.Body, limit, ct);
            return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (BadHttpRequestException broken)
        {
            throw new GatewayException(400, VertexErrorStatus.InvalidArgument, "The request's body could not be read.", broken);
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadLittleAsync(PipeReader body, int length, CancellationToken ct)
    {
        var read = await body.ReadAtLeastAsync(length, ct);
        var bytes = read.Buffer.ToArray();
        body.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    /// <summary>How much it is, is believed once it has come.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, int limit, CancellationToken ct)
    {
        var buffer = new byte[Little];
        var length = 0;
        while (await body.ReadAsync(buffer.AsMemory(length), ct) is > 0 and var read)
        {
            length += read;
            if (length > limit)
            {
                throw GatewayException.TooLarge(limit);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return buffer.AsMemory(0, length);
    }

    /// <param name="body">What was sent.</param>
    /// <param name="options">They refuse a name that stands twice.</param>
    /// <exception cref="GatewayException">400, naming the field where one is to blame.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> body, JsonSerializerOptions? options = null)
        where T : class
    {
        try
        {
            if (!IsPlainObject(body.Span))
            {
                RequireSound(body);
            }

            return JsonSerializer.Deserialize<T>(body.Span, options ?? s_strict) ?? throw new JsonException("An object is expected.");
        }
        catch (JsonException wrong)
        {
            var field = wrong.Path is { Length: > 2 } path ? path[2..] : "";
            throw GatewayException.Invalid(field, field is ""
                ? "Invalid JSON payload received: it is not well-formed JSON."
                : $"Invalid JSON payload received: \"{field}\" is not a field of this request, or its value is of the wrong kind, or it stands there twice.");
        }
    }

    /// <summary>Nearly every body is: an object of numbers in range and of strings without anything in them that could be broken.</summary>
    private static bool IsPlainObject(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read())
        {
            if (reader.TokenType switch
            {
                JsonTokenType.String or JsonTokenType.PropertyName => reader.ValueIsEscaped || reader.ValueSpan.ContainsAnyExceptInRange((byte)' ', (byte)'~'),
                JsonTokenType.Number => !reader.TryGetDouble(out var number) || !double.IsFinite(number),
                _ => false,
            })
            {
                return false;
            }
        }

        return true;
    }

    private static void RequireSound(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind is not JsonValueKind.Object)
        {
            throw GatewayException.Invalid("", "Invalid JSON payload received: an object is expected.");
        }

        RequireText(document.RootElement, "");
    }

    // A lone surrogate or broken UTF-8 passes the parser and throws wherever the string is first read: find it here.
    private static void RequireText(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    RequireText(property.Value, path is "" ? NameOf(property) : $"{path}.{NameOf(property)}");
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    RequireText(item, $"{path}[{index++}]");
                }

                break;
            case JsonValueKind.String:
                if (!IsPlain(JsonMarshal.GetRawUtf8Value(element)))
                {
                    Read(() => element.GetString(), path);
                }

                break;
            case JsonValueKind.Number when !element.TryGetDouble(out var number) || !double.IsFinite(number):
                throw GatewayException.Invalid(path, $"Invalid JSON payload received: the number at \"{path}\" is out of range.");
        }
    }

    /// <summary>Of ASCII without an escape, so that there is nothing to find in it.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> json) => !json.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !json.Contains((byte)'\\');

    private static string NameOf(JsonProperty property) => Read(() => property.Name, "");

    private static string Read(Func<string?> read, string path)
    {
        try
        {
            return read() ?? "";
        }
        catch (InvalidOperationException)
        {
            throw GatewayException.Invalid(path, "Invalid JSON payload received: a string in it is not valid text (a lone surrogate, or bytes that are not UTF-8).");
        }
    }
}
