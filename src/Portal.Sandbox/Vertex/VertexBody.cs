using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex;

/// <summary>Reads bodies as strictly as Google does: a field it does not know is an error, not a shrug.</summary>
internal static partial class VertexBody
{
    private const int Largest = 64 << 20;

    // Known to Google, without meaning for the sandbox.
    private static readonly Dictionary<Type, string[]> s_unused = new()
    {
        [typeof(VertexGenerationConfig)] = ["responseFormat", "enableAffectiveDialog", "modelSelectionConfig", "modelConfig"],
        [typeof(VertexTool)] = ["googleSearchRetrieval", "enterpriseWebSearch", "googleMaps", "computerUse", "parallelAiSearch"],
        [typeof(VertexToolConfig)] = ["retrievalConfig"],
        [typeof(VertexGenerateContentRequest)] = ["model"],
        [typeof(VertexCountTokensRequest)] = ["model", "instances"],
        [typeof(VertexModel)] = ["metadata", "metadataSchemaUri", "predictSchemata", "containerSpec", "artifactUri", "pipelineJob", "trainingPipeline"],
        [typeof(VertexEndpoint)] = ["network", "privateServiceConnectConfig"],
        [typeof(VertexDeployedModel)] = ["dedicatedResources", "automaticResources", "sharedResources", "serviceAccount"],
    };

    private static readonly JsonSerializerOptions s_strict = new(VertexJson.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = VertexJson.Options.TypeInfoResolver!.WithAddedModifier(AcceptUnused),
    };

    public static async Task<T> ReadAsync<T>(HttpContext http)
        where T : new()
    {
        using var body = await BufferAsync(http);
        if (body.Length == 0)
        {
            return new T();
        }

        return Parse<T>(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    public static T Parse<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, s_strict) ?? throw Refusal.Invalid("Invalid JSON payload received. Expected an object.");
        }
        catch (JsonException exception)
        {
            throw Refusal.Invalid(Explain(exception));
        }
    }

    public static string Explain(JsonException exception)
    {
        var path = (exception.Path ?? "$").Replace("$.", "", StringComparison.Ordinal).TrimStart('$');
        if (Unmapped().Match(exception.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups[1].Value;
            var parent = path.EndsWith(name, StringComparison.Ordinal) ? path[..^name.Length].TrimEnd('.') : path;
            return $"Invalid JSON payload received. Unknown name \"{name}\"{(parent.Length == 0 ? "" : $" at '{parent}'")}: Cannot find field.";
        }

        return path.Length == 0
            ? "Invalid JSON payload received. The body is not valid JSON of the expected shape."
            : $"Invalid value at '{path}'.";
    }

    private static async Task<MemoryStream> BufferAsync(HttpContext http)
    {
        var body = new MemoryStream();
        var block = new byte[16384];
        for (int read; (read = await http.Request.Body.ReadAsync(block, http.RequestAborted)) > 0;)
        {
            body.Write(block, 0, read);
            if (body.Length > Largest)
            {
                throw Refusal.Invalid($"Request payload size exceeds the limit: {Largest} bytes.");
            }
        }

        return body;
    }

    private static void AcceptUnused(JsonTypeInfo type)
    {
        // The contracts accept both spellings by themselves; bodies that only the sandbox reads must learn it here.
        foreach (var property in type.Type.Assembly == typeof(VertexBody).Assembly ? type.Properties.ToArray() : [])
        {
            if (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name) is var snake && snake != property.Name)
            {
                var alias = type.CreateJsonPropertyInfo(property.PropertyType, snake);
                alias.Set = property.Set;
                type.Properties.Add(alias);
            }
        }

        foreach (var name in s_unused.GetValueOrDefault(type.Type, []))
        {
            foreach (var spelling in new[] { name, JsonNamingPolicy.SnakeCaseLower.ConvertName(name) }.Distinct())
            {
                var ignored = type.CreateJsonPropertyInfo(typeof(JsonElement), spelling);
                ignored.Set = (_, _) => { };
                type.Properties.Add(ignored);
            }
        }
    }

    [GeneratedRegex("^The JSON property '([^']*)' could not be mapped")]
    private static partial Regex Unmapped();
}
