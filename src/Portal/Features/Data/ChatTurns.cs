using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>OpenAI's <c>messages</c> with tools and the older function calls, and ShareGPT's <c>conversations</c>.</summary>
internal static class ChatTurns
{
    private const string Functions = "functions";

    public static void Read(JsonElement row, JsonElement turns, ConversationLog log)
    {
        if (row.TryGetProperty("system", out var system) && system.ValueKind is JsonValueKind.String)
        {
            log.Instruct(system.GetString() ?? "");
        }

        if (row.TryGetProperty("tools", out var tools) || row.TryGetProperty(Functions, out tools))
        {
            ReadTools(tools, log);
        }

        Dictionary<string, string> called = new(StringComparer.Ordinal);
        foreach (var turn in turns.EnumerateArray())
        {
            if (turn.TryGetProperty("weight", out var weight) && weight.ValueKind is JsonValueKind.Number && weight.GetDouble() is 0)
            {
                log.Notes |= RowNotes.WeightDropped;
            }

            ReadTurn(turn, called, log);
        }
    }

    private static void ReadTurn(JsonElement turn, Dictionary<string, string> called, ConversationLog log)
    {
        var role = TextOf(turn, "role") ?? TextOf(turn, "from") ?? "user";
        switch (role)
        {
            case "system" or "developer":
                log.Instruct(string.Concat(TextsOf(turn, log).Select(p => p.Text)));
                break;
            case "user" or "human":
                log.Say(false, ContentOf(turn, log));
                break;
            case "assistant" or "model" or "gpt" or "chatgpt" or "bing" or "bard":
                log.Say(true, AnswerOf(turn, called, log));
                break;
            case "tool" or "function":
                log.Say(false, [ResponseOf(turn, called, log)]);
                break;
            case "function_call" or "tool_call":
                log.Say(true, [.. CallIn(TextOf(turn, "value") ?? TextOf(turn, "content") ?? "", called, log)]);
                break;
            case "observation" or "tool_response" or "function_response":
                log.Say(false, [ResponseOf(turn, called, log)]);
                break;
            default:
                log.Refuse(GeminiTurns.UnknownRole(role));
                break;
        }
    }

    private static List<TurnPart> AnswerOf(JsonElement turn, Dictionary<string, string> called, ConversationLog log)
    {
        var parts = ContentOf(turn, log);
        parts.RemoveAll(p => p.Text is "");
        if (turn.TryGetProperty("tool_calls", out var calls) && calls.ValueKind is JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                if (call.ValueKind is JsonValueKind.Object && call.TryGetProperty("function", out var function))
                {
                    parts.AddRange(CallOf(function, TextOf(call, "id"), called, log));
                }
                else
                {
                    log.Refuse("it calls a tool that is no function");
                }
            }
        }
        else if (turn.TryGetProperty("function_call", out var single) && single.ValueKind is JsonValueKind.Object)
        {
            parts.AddRange(CallOf(single, null, called, log));
        }

        // An empty answer is a finding of its own, not a conversation without an end.
        return parts.Count is 0 ? [TurnPart.Said("")] : parts;
    }

    private static IEnumerable<TurnPart> CallOf(JsonElement function, string? id, Dictionary<string, string> called, ConversationLog log)
    {
        if (function.ValueKind is not JsonValueKind.Object || TextOf(function, "name") is not { Length: > 0 } name)
        {
            log.Refuse("it calls a function without a name");
            return [];
        }

        called[id ?? ""] = name;
        var arguments = !function.TryGetProperty("arguments", out var given) ? "{}"
            : given.ValueKind is JsonValueKind.Object ? JsonText.Of(given)
            : given.ValueKind is JsonValueKind.String ? CallArguments.Read(given.GetString() ?? "", log) : "{}";
        return arguments is null ? [] : [new TurnPart(TurnPartKind.Call, arguments, name)];
    }

    /// <summary>ShareGPT writes a call as the text of a turn.</summary>
    private static IEnumerable<TurnPart> CallIn(string text, Dictionary<string, string> called, ConversationLog log)
    {
        if (CallArguments.Read(text, log) is not { } json)
        {
            return [];
        }

        using var call = JsonDocument.Parse(json);
        return [.. CallOf(call.RootElement, null, called, log)];
    }

    private static TurnPart ResponseOf(JsonElement turn, Dictionary<string, string> called, ConversationLog log)
    {
        var name = TextOf(turn, "name") ?? called.GetValueOrDefault(TextOf(turn, "tool_call_id") ?? "") ?? called.GetValueOrDefault("");
        if (name is null)
        {
            log.Refuse("a tool answers a call that is not in the conversation");
            return TurnPart.Said("");
        }

        return new TurnPart(TurnPartKind.Response, ResponseJson(string.Concat(TextsOf(turn, log).Select(p => p.Text))), name);
    }

    /// <summary>Gemini wants an object; a text that is none becomes its result.</summary>
    private static string ResponseJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                return JsonText.Of(document.RootElement);
            }
        }
        catch (Exception isText) when (isText is JsonException or InvalidOperationException)
        {
            // Then it is a text.
        }

        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("result", text);
            writer.WriteEndObject();
        });
    }

    /// <summary>Where nothing but text can be meant.</summary>
    private static List<TurnPart> TextsOf(JsonElement turn, ConversationLog log)
    {
        var parts = ContentOf(turn, log);
        if (parts.Exists(p => p.Kind is TurnPartKind.Media))
        {
            log.Refuse("a system instruction or the answer of a tool holds media, and Gemini takes text alone there");
        }

        return parts;
    }

    private static List<TurnPart> ContentOf(JsonElement turn, ConversationLog log)
    {
        if (!turn.TryGetProperty("content", out var content) && !turn.TryGetProperty("value", out content) && !turn.TryGetProperty("text", out content))
        {
            return [];
        }

        switch (content.ValueKind)
        {
            case JsonValueKind.String: return [TurnPart.Said(content.GetString() ?? "")];
            case JsonValueKind.Null: return [];
            case JsonValueKind.Array: break;
            default:
                log.Refuse("the content of a turn is neither a text nor a list of parts");
                return [];
        }

        List<TurnPart> parts = [];
        foreach (var part in content.EnumerateArray())
        {
            if (part.ValueKind is JsonValueKind.String)
            {
                parts.Add(TurnPart.Said(part.GetString() ?? ""));
            }
            else if (part.ValueKind is JsonValueKind.Object && TextOf(part, "text") is { } text)
            {
                parts.Add(TurnPart.Said(text));
            }
            else if (MediaOf(part) is { } media)
            {
                parts.Add(media);
            }
            else
            {
                log.Refuse("it has a part that is neither text nor a file");
            }
        }

        return parts;
    }

    /// <summary>OpenAI's pictures, sounds and files, each inside the line or by a name.</summary>
    private static TurnPart? MediaOf(JsonElement part)
    {
        if (part.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        if (part.TryGetProperty("image_url", out var image))
        {
            return (image.ValueKind is JsonValueKind.String ? image.GetString() : image.ValueKind is JsonValueKind.Object ? TextOf(image, "url") : null) is { Length: > 0 } address
                ? new TurnPart(TurnPartKind.Media, address) : null;
        }

        if (part.TryGetProperty("input_audio", out var audio) && audio.ValueKind is JsonValueKind.Object && TextOf(audio, "data") is { Length: > 0 } data)
        {
            return new TurnPart(TurnPartKind.Media, $"data:audio/{TextOf(audio, "format") ?? "wav"};base64,{data}");
        }

        return part.TryGetProperty("file", out var file) && file.ValueKind is JsonValueKind.Object && (TextOf(file, "file_data") ?? TextOf(file, "filename")) is { Length: > 0 } document
            ? new TurnPart(TurnPartKind.Media, document) : null;
    }

    private static void ReadTools(JsonElement tools, ConversationLog log)
    {
        if (tools.ValueKind is JsonValueKind.String)
        {
            // ShareGPT keeps the list as a text.
            try
            {
                using var list = JsonDocument.Parse(tools.GetString() is { Length: > 0 } text ? text : "[]");
                ReadTools(list.RootElement.ValueKind is JsonValueKind.String ? default : list.RootElement, log);
            }
            catch (JsonException)
            {
                log.Refuse("its list of tools is not valid JSON");
            }

            return;
        }

        if (tools.ValueKind is not JsonValueKind.Array)
        {
            return;
        }

        foreach (var tool in tools.EnumerateArray())
        {
            var function = tool.ValueKind is JsonValueKind.Object && tool.TryGetProperty("function", out var inside) ? inside : tool;
            if (function.ValueKind is JsonValueKind.Object && TextOf(function, "name") is { Length: > 0 })
            {
                log.Declarations.Add(FunctionSchema.ToGemini(function, log));
            }
            else
            {
                log.Refuse("it offers a tool that is no function");
            }
        }
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
