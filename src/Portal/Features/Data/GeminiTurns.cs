using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Gemini's training line: <c>contents</c> with parts, <c>systemInstruction</c>, <c>tools</c>.</summary>
internal static class GeminiTurns
{
    public static void Read(JsonElement row, JsonElement turns, ConversationLog log)
    {
        if (row.TryGetProperty("completions", out _))
        {
            log.Refuse("it has two completions to prefer one of, and only one expected answer can be learned here");
        }

        if (row.TryGetProperty("systemInstruction", out var system) || row.TryGetProperty("system_instruction", out system))
        {
            ReadSystem(system, log);
        }

        if (row.TryGetProperty("tools", out var tools))
        {
            ReadTools(tools, log);
        }

        foreach (var turn in turns.EnumerateArray())
        {
            var role = turn.TryGetProperty("role", out var name) && name.ValueKind is JsonValueKind.String ? name.GetString() : "user";
            if (role is not ("user" or "model" or "function"))
            {
                log.Refuse(UnknownRole(role));
            }

            log.Say(role is "model", PartsOf(turn, log));
        }
    }

    public static string UnknownRole(string? role) => $"it has a turn of the role \"{(role is { Length: > 40 } ? role[..40] : role)}\", which cannot be taken here";

    /// <summary>As it is stored: without the system instruction, which has a place of its own.</summary>
    public static string Write(ConversationLog log) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        WriteTools(writer, log.Declarations);
        writer.WriteStartArray("contents");
        foreach (var turn in log.Turns)
        {
            writer.WriteStartObject();
            writer.WriteString("role", turn.IsModel ? "model" : "user");
            writer.WriteStartArray("parts");
            turn.Parts.ForEach(p => Write(writer, p));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteTools(Utf8JsonWriter writer, List<string> declarations)
    {
        if (declarations.Count is 0)
        {
            return;
        }

        writer.WriteStartArray("tools");
        writer.WriteStartObject();
        writer.WriteStartArray("functionDeclarations");
        declarations.ForEach(d => writer.WriteRawValue(d, skipInputValidation: true));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, TurnPart part)
    {
        writer.WriteStartObject();
        switch (part.Kind)
        {
            case TurnPartKind.Text:
                writer.WriteString("text", part.Text);
                break;
            case TurnPartKind.Media:
                writer.WriteStartObject("fileData");
                writer.WriteString("mimeType", part.Name);
                writer.WriteString("fileUri", part.Text);
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStartObject(part.Kind is TurnPartKind.Call ? "functionCall" : "functionResponse");
                writer.WriteString("name", part.Name);
                writer.WritePropertyName(part.Kind is TurnPartKind.Call ? "args" : "response");
                writer.WriteRawValue(part.Text, skipInputValidation: true);
                writer.WriteEndObject();
                break;
        }

        writer.WriteEndObject();
    }

    private static void ReadSystem(JsonElement system, ConversationLog log)
    {
        if (system.ValueKind is JsonValueKind.String)
        {
            log.Instruct(system.GetString() ?? "");
            return;
        }

        foreach (var part in PartsOf(system, log))
        {
            if (part.Kind is TurnPartKind.Text)
            {
                log.Instruct(part.Text);
            }
            else
            {
                log.Refuse("its system instruction holds more than text");
            }
        }
    }

    private static void ReadTools(JsonElement tools, ConversationLog log)
    {
        foreach (var tool in Items(tools))
        {
            if (!(tool.ValueKind is JsonValueKind.Object && (tool.TryGetProperty("functionDeclarations", out var declared) || tool.TryGetProperty("function_declarations", out declared))))
            {
                log.Refuse("it offers a tool that is no function");
                return;
            }

            log.Declarations.AddRange(Items(declared).Select(JsonText.Of));
        }
    }

    private static List<TurnPart> PartsOf(JsonElement turn, ConversationLog log)
    {
        List<TurnPart> parts = [];
        if (turn.ValueKind is not JsonValueKind.Object || !turn.TryGetProperty("parts", out var found))
        {
            log.Refuse("a turn has no parts");
            return parts;
        }

        if (found.ValueKind is JsonValueKind.String)
        {
            return [TurnPart.Said(found.GetString() ?? "")];
        }

        foreach (var part in Items(found))
        {
            if (PartOf(part, log) is { } read)
            {
                parts.Add(read);
            }
        }

        return parts;
    }

    private static TurnPart? PartOf(JsonElement part, ConversationLog log)
    {
        if (part.ValueKind is JsonValueKind.String)
        {
            return TurnPart.Said(part.GetString() ?? "");
        }

        if (part.ValueKind is JsonValueKind.Object)
        {
            if (part.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String)
            {
                return TurnPart.Said(text.GetString() ?? "");
            }

            if (part.TryGetProperty("functionCall", out var call) || part.TryGetProperty("function_call", out call))
            {
                return FunctionOf(call, "args", TurnPartKind.Call, log);
            }

            if (part.TryGetProperty("functionResponse", out var answer) || part.TryGetProperty("function_response", out answer))
            {
                return FunctionOf(answer, "response", TurnPartKind.Response, log);
            }

            if (MediaOf(part) is { } media)
            {
                return media;
            }
        }

        log.Refuse("it has a part that is no text, no file and no call of a function");
        return null;
    }

    /// <summary>Whatever it names, a file's content decides later what it is.</summary>
    private static TurnPart? MediaOf(JsonElement part)
    {
        if ((part.TryGetProperty("fileData", out var file) || part.TryGetProperty("file_data", out file)) && TextOf(file, "fileUri", "file_uri") is { Length: > 0 } address)
        {
            return new TurnPart(TurnPartKind.Media, address, TextOf(file, "mimeType", "mime_type") ?? "");
        }

        return (part.TryGetProperty("inlineData", out var inline) || part.TryGetProperty("inline_data", out inline)) && TextOf(inline, "data", "data") is { Length: > 0 } data
            ? new TurnPart(TurnPartKind.Media, $"data:{TextOf(inline, "mimeType", "mime_type")};base64,{data}")
            : null;
    }

    private static string? TextOf(JsonElement owner, string name, string other) =>
        owner.ValueKind is JsonValueKind.Object && (owner.TryGetProperty(name, out var value) || owner.TryGetProperty(other, out value)) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;

    private static TurnPart? FunctionOf(JsonElement function, string member, TurnPartKind kind, ConversationLog log)
    {
        if (function.ValueKind is not JsonValueKind.Object || !function.TryGetProperty("name", out var name) || name.ValueKind is not JsonValueKind.String || name.GetString() is not { Length: > 0 } called)
        {
            log.Refuse("it calls a function without a name");
            return null;
        }

        if (!function.TryGetProperty(member, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return new TurnPart(kind, "{}", called);
        }

        if (value.ValueKind is JsonValueKind.String)
        {
            return CallArguments.Read(value.GetString() ?? "", log) is { } repaired ? new TurnPart(kind, repaired, called) : null;
        }

        if (value.ValueKind is not JsonValueKind.Object)
        {
            log.Refuse($"\"{member}\" of the function \"{called}\" is no JSON object");
            return null;
        }

        return new TurnPart(kind, JsonText.Of(value), called);
    }

    private static IEnumerable<JsonElement> Items(JsonElement list) => list.ValueKind is JsonValueKind.Array ? list.EnumerateArray() : list.ValueKind is JsonValueKind.Object ? [list] : [];
}
