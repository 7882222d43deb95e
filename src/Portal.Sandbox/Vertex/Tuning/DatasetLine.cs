using System.Text.Json;
using Portal.Sandbox.Learner;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>One line of a tuning file: what it teaches, how large it is, or what is wrong with it.</summary>
internal sealed record DatasetLine(IReadOnlyList<TrainingExample> Examples, int InputTokens, int OutputTokens, int Characters, int Turns)
{
    public const int MostTokens = 131_072;

    private static readonly HashSet<string> s_fields =
        ["contents", "systemInstruction", "system_instruction", "tools", "toolConfig", "tool_config", "generationConfig", "generation_config", "labels"];

    private static readonly string[] s_partKinds = ["text", "fileData", "functionCall", "functionResponse"];

    public int Tokens => InputTokens + OutputTokens;

    /// <param name="media">The words of the file of a MIME type and an address.</param>
    /// <exception cref="DatasetFaultException">The line breaks a rule; the text says which.</exception>
    public static DatasetLine Parse(ReadOnlyMemory<byte> utf8, Func<string, string, string> media)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8);
            return Read(json.RootElement, media);
        }
        catch (JsonException)
        {
            throw new DatasetFaultException("is not valid JSON");
        }
    }

    private static DatasetLine Read(JsonElement line, Func<string, string, string> media)
    {
        if (line.ValueKind != JsonValueKind.Object)
        {
            throw new DatasetFaultException("is not a JSON object");
        }

        if (line.EnumerateObject().FirstOrDefault(field => !s_fields.Contains(field.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            throw new DatasetFaultException($"has an unknown field \"{unknown.Name}\"");
        }

        var system = Member(line, "systemInstruction") is { } instruction ? SystemText(instruction) : "";
        var turns = Contents(line, media);
        var (input, output) = (Tokenizer.Count(system), 0);
        var examples = new List<TrainingExample>();
        for (var at = 0; at < turns.Count; at += 2)
        {
            input += Tokenizer.Count(turns[at]);
            output += Tokenizer.Count(turns[at + 1]);
            examples.Add(new(turns[at], turns[at + 1]));
        }

        return new(examples, input, output, system.Length + turns.Sum(turn => turn.Length), turns.Count);
    }

    /// <summary>Texts of the turns, user and model in turn, the model's last.</summary>
    private static List<string> Contents(JsonElement line, Func<string, string, string> media)
    {
        if (Member(line, "contents") is not { ValueKind: JsonValueKind.Array } contents || contents.GetArrayLength() == 0)
        {
            throw new DatasetFaultException("has no contents");
        }

        var turns = new List<string>();
        CountMedia(contents);
        foreach (var content in contents.EnumerateArray())
        {
            var expected = turns.Count % 2 == 0 ? "user" : "model";
            var text = Text(content, media, out var isFunctionResponse);
            var role = content.TryGetProperty("role", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
            if (role != expected && !(isFunctionResponse && expected == "user" && role is "" or "function"))
            {
                throw new DatasetFaultException($"has role \"{role}\" in turn {turns.Count + 1} where \"{expected}\" is expected");
            }

            turns.Add(text);
        }

        return turns.Count % 2 == 0 ? turns : throw new DatasetFaultException("does not end with a turn of role \"model\"");
    }

    private static void CountMedia(JsonElement contents)
    {
        var files = contents.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object && c.TryGetProperty("parts", out var parts) && parts.ValueKind == JsonValueKind.Array)
            .SelectMany(c => c.GetProperty("parts").EnumerateArray().Select(p => (Part: Member(p, "fileData"), IsModel: c.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.ValueEquals("model"))))
            .Where(f => f.Part is not null).ToList();
        if (files.Exists(f => f.IsModel))
        {
            throw new DatasetFaultException("has a file in a turn of the model");
        }

        foreach (var kind in files.Select(f => f.Part is { } part && Member(part, "mimeType") is { ValueKind: JsonValueKind.String } type ? type.GetString()!.Split('/')[0] : "").GroupBy(k => k)) // It is a string.
        {
            if (MediaObjects.Taken.TryGetValue(kind.Key, out var taken) && kind.Count() > taken.Most)
            {
                throw new DatasetFaultException($"has {kind.Count()} files of type {kind.Key}/*; {taken.Most} are the most");
            }
        }
    }

    private static string SystemText(JsonElement content)
    {
        var text = Text(content, (_, _) => "", out _);
        return Parts(content).All(part => part.TryGetProperty("text", out _))
            ? text
            : throw new DatasetFaultException("has a system instruction with parts other than text");
    }

    private static string Text(JsonElement content, Func<string, string, string> media, out bool isFunctionResponse)
    {
        isFunctionResponse = false;
        var texts = new List<string>();
        foreach (var part in Parts(content))
        {
            var kinds = s_partKinds.Where(kind => Member(part, kind) is not null).ToArray();
            if (kinds is not [var kind])
            {
                throw new DatasetFaultException($"has a part with {(kinds.Length == 0 ? "none" : "more than one")} of {string.Join(", ", s_partKinds)}");
            }

            isFunctionResponse |= kind == "functionResponse";
            texts.Add(PartText(kind, Member(part, kind)!.Value, media)); // The kind was found there just now.
        }

        return string.Join('\n', texts);
    }

    private static string PartText(string kind, JsonElement value, Func<string, string, string> media)
    {
        if (kind == "text")
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
                ? text
                : throw new DatasetFaultException("has an empty text");
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new DatasetFaultException($"has a {kind} that is not an object");
        }

        if (kind != "fileData")
        {
            return value.GetRawText();
        }

        return Member(value, "fileUri") is { ValueKind: JsonValueKind.String } uri && Member(value, "mimeType") is { ValueKind: JsonValueKind.String } type
            ? media(type.GetString()!, uri.GetString()!) // Both are strings.
            : throw new DatasetFaultException("has a fileData without fileUri or mimeType");
    }

    private static JsonElement.ArrayEnumerator Parts(JsonElement content) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty("parts", out var parts)
        && parts.ValueKind == JsonValueKind.Array && parts.GetArrayLength() > 0
            ? parts.EnumerateArray()
            : throw new DatasetFaultException("has a turn without parts");

    private static JsonElement? Member(JsonElement owner, string camelCase) =>
        owner.ValueKind == JsonValueKind.Object
        && (owner.TryGetProperty(camelCase, out var value) || owner.TryGetProperty(JsonNamingPolicy.SnakeCaseLower.ConvertName(camelCase), out value))
            ? value
            : null;
}
