using System.Text;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>What a training line of turns says as one input and one output.</summary>
internal sealed record ConversationRow(string System, string Input, string Output, bool IsFlattened, string? Problem);

/// <summary>Reads the two chat formats in use: Gemini's <c>contents</c> and OpenAI's <c>messages</c>.</summary>
internal static class Conversation
{
    public const string SystemColumn = "system";
    public const string InputColumn = "input";
    public const string OutputColumn = "output";

    public static JsonElement? Find(JsonElement row) =>
        (row.TryGetProperty("contents", out var turns) || row.TryGetProperty("messages", out turns))
        && turns.ValueKind is JsonValueKind.Array && turns.EnumerateArray().All(t => t.ValueKind is JsonValueKind.Object)
            ? turns
            : null;

    public static ConversationRow Read(JsonElement row, JsonElement turns)
    {
        var system = new StringBuilder();
        List<(bool IsModel, string Text)> said = [];
        if (row.TryGetProperty("systemInstruction", out var instruction) || row.TryGetProperty("system_instruction", out instruction))
        {
            system.Append(TextOf(instruction, out _));
        }

        foreach (var turn in turns.EnumerateArray())
        {
            var role = turn.TryGetProperty("role", out var name) && name.ValueKind is JsonValueKind.String ? name.GetString() : "user";
            var text = TextOf(turn, out var isTextOnly);
            if (!isTextOnly)
            {
                return Refused("it holds media or function calls, and only text can be taken here");
            }

            switch (role)
            {
                case "system" or "developer": system.Append(text); break;
                case "model" or "assistant": said.Add((true, text)); break;
                case "user": said.Add((false, text)); break;
                default: return Refused($"it has a turn of the role \"{(role is { Length: > 40 } ? role[..40] : role)}\", which cannot be taken here");
            }
        }

        return said switch
        {
            [] => Refused("the conversation is empty"),
            [.., (false, _)] => Refused("the last turn is the user's, so there is no expected answer"),
            [(true, _)] => Refused("the conversation has no turn of the user"),
            [(false, var input), (true, var output)] => new ConversationRow(system.ToString(), input, output, false, null),
            _ => new ConversationRow(system.ToString(), Transcript(said), said[^1].Text, true, null),
        };
    }

    private static ConversationRow Refused(string why) => new("", "", "", false, why);

    private static string Transcript(List<(bool IsModel, string Text)> said) =>
        string.Join("\n\n", said.Take(said.Count - 1).Select(s => (s.IsModel ? "Model: " : "User: ") + s.Text));

    private static string TextOf(JsonElement turn, out bool isTextOnly)
    {
        isTextOnly = true;
        if (turn.ValueKind is JsonValueKind.String)
        {
            return turn.GetString() ?? "";
        }

        if (turn.ValueKind is not JsonValueKind.Object || turn.TryGetProperty("tool_calls", out _))
        {
            isTextOnly = false;
            return "";
        }

        if (!turn.TryGetProperty("parts", out var parts) && !turn.TryGetProperty("content", out parts))
        {
            return "";
        }

        if (parts.ValueKind is not JsonValueKind.Array)
        {
            return parts.ValueKind is JsonValueKind.String ? parts.GetString() ?? "" : "";
        }

        var text = new StringBuilder();
        foreach (var part in parts.EnumerateArray())
        {
            if (part.ValueKind is JsonValueKind.Object && part.TryGetProperty("text", out var words) && words.ValueKind is JsonValueKind.String)
            {
                text.Append(words.GetString());
            }
            else
            {
                isTextOnly = false;
            }
        }

        return text.ToString();
    }
}
