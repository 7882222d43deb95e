using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

internal sealed record OpenAiTool(string? Type, OpenAiFunction? Function);

internal sealed record OpenAiFunction(string? Name, string? Description, JsonElement? Parameters);

internal sealed record OpenAiCalled(string? Name, string? Arguments);

/// <summary>A call as it is told and, word for word, told back. Gemini's newer models insist on their signature, which Google keeps in the same place.</summary>
internal sealed record OpenAiCall(string? Id, string? Type, OpenAiCalled? Function)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Index { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OpenAiExtra? ExtraContent { get; init; }
}

internal sealed record OpenAiExtra(OpenAiGoogle? Google);

internal sealed record OpenAiGoogle(string? ThoughtSignature);

/// <summary>OpenAI's tools and Gemini's functions: the same thing under other names.</summary>
internal static class OpenAiTools
{
    public static IReadOnlyList<VertexTool> ToolsOf(IReadOnlyList<OpenAiTool?>? tools) => tools is null or [] ? [] :
    [
        new VertexTool
        {
            FunctionDeclarations =
            [
                .. tools.Select((tool, index) => tool is { Type: "function", Function: { Name: { } name } function }
                    ? new VertexFunctionDeclaration
                    {
                        Name = name,
                        Description = function.Description ?? "",
                        ParametersJsonSchema = function.Parameters is { ValueKind: JsonValueKind.Object } schema ? schema : null,
                    }
                    : throw GatewayException.Invalid($"tools[{index}]", "A tool must be of type function and have a function with a name.")),
            ],
        },
    ];

    public static VertexToolConfig? ConfigOf(JsonElement? choice)
    {
        var config = choice switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } word => word.GetString() switch
            {
                "auto" => new VertexFunctionCallingConfig { Mode = "AUTO" },
                "none" => new VertexFunctionCallingConfig { Mode = "NONE" },
                "required" => new VertexFunctionCallingConfig { Mode = "ANY" },
                _ => throw Wrong(),
            },
            { ValueKind: JsonValueKind.Object } one when one.TryGetProperty("function", out var function) && function.ValueKind is JsonValueKind.Object
                && function.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String =>
                new VertexFunctionCallingConfig { Mode = "ANY", AllowedFunctionNames = [name.GetString() ?? ""] },
            _ => throw Wrong(),
        };
        return config is null ? null : new VertexToolConfig { FunctionCallingConfig = config };

        static GatewayException Wrong() => GatewayException.Invalid("tool_choice", "tool_choice must be none, auto, required, or name one function.");
    }

    /// <summary>An assistant's calls, told back. Their ids are kept with their names, for the answers that follow.</summary>
    public static IEnumerable<VertexPart> PartsOf(IReadOnlyList<OpenAiCall?> calls, string field, Dictionary<string, string> called)
    {
        foreach (var (index, call) in calls.Index())
        {
            var at = $"{field}[{index}]";
            if (call is not { Id: { Length: > 0 } id, Function: { Name: { Length: > 0 } name } function })
            {
                throw GatewayException.Invalid(at, "A tool call needs an id and a function with a name.");
            }

            called[id] = name;
            yield return new VertexPart
            {
                FunctionCall = new VertexFunctionCall { Name = name, Args = ArgumentsOf(function.Arguments, $"{at}.function.arguments") },
                ThoughtSignature = call.ExtraContent?.Google?.ThoughtSignature ?? "",
            };
        }
    }

    /// <summary>Gemini takes the answers to one turn's calls in one turn.</summary>
    public static void AddResponse(List<VertexContent> turns, OpenAiMessage message, string field, Dictionary<string, string> called)
    {
        if (message.ToolCallId is null || !called.TryGetValue(message.ToolCallId, out var name))
        {
            throw GatewayException.Invalid($"{field}.tool_call_id", "tool_call_id must be the id of a call that an assistant's message before it made.");
        }

        var text = OpenAiParts.TextOf(message.Content) ?? throw GatewayException.Invalid($"{field}.content", "content must be a text, or a list of parts of type text.");
        var part = new VertexPart { FunctionResponse = new VertexFunctionResponse { Name = name, Response = ObjectOf(text) ?? JsonSerializer.SerializeToElement(new { result = text }) } };
        if (turns is [.., { Role: VertexContent.UserRole } last] && last.Parts.All(p => p.FunctionResponse is not null))
        {
            turns[^1] = last with { Parts = [.. last.Parts, part] };
        }
        else
        {
            turns.Add(new VertexContent { Role = VertexContent.UserRole, Parts = [part] });
        }
    }

    /// <summary>What the first candidate calls, numbered from where the pieces before it ended.</summary>
    public static IReadOnlyList<OpenAiCall> CallsOf(VertexGenerateContentResponse answer, int first) => answer.Candidates is not [{ Content: { } content }, ..] ? [] :
    [
        .. content.Parts.Where(p => p.FunctionCall is not null).Select((part, index) =>
            new OpenAiCall(
                part.FunctionCall!.Id is { Length: > 0 } id ? id : $"call_{answer.ResponseId}_{first + index}", "function", // Only parts that have one.
                new OpenAiCalled(part.FunctionCall.Name, part.FunctionCall.Args?.GetRawText() ?? "{}"))
            {
                Index = first + index,
                ExtraContent = part.ThoughtSignature is "" ? null : new OpenAiExtra(new OpenAiGoogle(part.ThoughtSignature)),
            }),
    ];

    private static JsonElement ArgumentsOf(string? arguments, string field) =>
        ObjectOf(arguments is null or "" ? "{}" : arguments) ?? throw GatewayException.Invalid(field, "arguments must be a text with a JSON object.");

    private static JsonElement? ObjectOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind is JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
