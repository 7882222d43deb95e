using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// What a line of turns says, in whichever of the chat formats it is written: Gemini's <c>contents</c>, OpenAI's
/// <c>messages</c>, ShareGPT's <c>conversations</c>. One question with one answer is input and output; all else is kept whole
/// as <see cref="Content"/>, and input and output show it to people.
/// </summary>
internal sealed class Conversation
{
    public const string SystemColumn = "system";
    public const string InputColumn = "input";
    public const string OutputColumn = "output";

    public string? Problem { get; private init; }

    public string System { get; private init; } = "";

    public string Input { get; private init; } = "";

    public string Output { get; private init; } = "";

    public string? Content { get; private init; }

    public RowNotes Notes { get; private init; }

    /// <summary>The list of turns, if the row has one.</summary>
    public static JsonElement? Find(JsonElement row)
    {
        foreach (var name in (ReadOnlySpan<string>)["contents", "messages", "conversations", "conversation"])
        {
            if (row.TryGetProperty(name, out var turns) && turns.ValueKind is JsonValueKind.Array && turns.EnumerateArray().All(IsTurn))
            {
                return turns;
            }
        }

        return null;
    }

    public static Conversation Read(JsonElement row, JsonElement turns)
    {
        var log = new ConversationLog();
        if (row.TryGetProperty("contents", out _))
        {
            GeminiTurns.Read(row, turns, log);
        }
        else
        {
            ChatTurns.Read(row, turns, log);
        }

        return log.Problem is { } problem ? new Conversation { Problem = problem } : Of(log);
    }

    /// <summary>From turns that are known to be right: a download, or media put beside a text.</summary>
    public static Conversation Of(ConversationLog log)
    {
        var turns = log.Turns;
        var why = turns switch
        {
            [] => "the conversation is empty",
            [.., { IsModel: false }] => "the last turn is the user's, so there is no expected answer",
            [{ IsModel: true }] => "the conversation has no turn of the user",
            [{ IsModel: true }, ..] => "the conversation begins with the model's turn, and Gemini wants the user's first",
            _ => null,
        };
        if (why is not null)
        {
            return new Conversation { Problem = why };
        }

        // A question about a picture is a question: its file stands before it.
        var isAsked = turns.Count is 2 && turns[0].Parts.TrueForAll(p => p.Kind is TurnPartKind.Text or TurnPartKind.Media);
        var isPlain = turns.Count is 2 && turns.All(t => t is { IsText: true, Parts.Count: 1 }) && log.Declarations.Count is 0;
        return new Conversation
        {
            System = log.System,
            Input = !isAsked ? Transcript(turns) : turns[0].IsText ? turns[0].Text : Shown(turns[0]),
            Output = turns[^1].IsText ? turns[^1].Text : Shown(turns[^1]),
            Content = isPlain ? null : GeminiTurns.Write(log),
            Notes = log.Notes | (isPlain || (isAsked && !turns[0].IsText && turns[1].IsText && log.Declarations.Count is 0) ? RowNotes.None : RowNotes.Flattened),
        };
    }

    private static bool IsTurn(JsonElement turn) => turn.ValueKind is JsonValueKind.Object
        && (turn.TryGetProperty("role", out _) || turn.TryGetProperty("from", out _) || turn.TryGetProperty("parts", out _));

    private static string Transcript(List<Turn> turns) =>
        string.Join("\n\n", turns.Take(turns.Count - 1).Select(t => (t.IsModel ? "Model: " : "User: ") + Shown(t)));

    private static string Shown(Turn turn) => string.Join('\n', turn.Parts.Select(p => p.Kind switch
    {
        TurnPartKind.Text => p.Text,
        TurnPartKind.Call => $"{p.Name}({p.Text})",
        TurnPartKind.Response => $"{p.Name} → {p.Text}",
        _ => $"[{MediaAddress.NameOf(p.Text)}]",
    }));
}

/// <summary>A conversation as it is being read.</summary>
internal sealed class ConversationLog
{
    public string System { get; private set; } = "";

    public List<Turn> Turns { get; } = [];

    /// <summary>The functions the model may call, each as Gemini declares it.</summary>
    public List<string> Declarations { get; } = [];

    public RowNotes Notes { get; set; }

    /// <summary>The first thing that makes the row unusable.</summary>
    public string? Problem { get; private set; }

    public void Refuse(string why) => Problem ??= why;

    public void Instruct(string text) => System = System is "" ? text : text is "" ? System : $"{System}\n\n{text}";

    /// <summary>Gemini wants its speakers to take turns.</summary>
    public void Say(bool isModel, List<TurnPart> parts)
    {
        if (parts.Count is 0)
        {
            return;
        }

        if (Turns is [.., var last] && last.IsModel == isModel)
        {
            // Answers of functions called at once belong together; that is no repair.
            Notes |= parts.TrueForAll(p => p.Kind is TurnPartKind.Response) ? RowNotes.None : RowNotes.TurnsMerged;
            last.Parts.AddRange(parts);
        }
        else
        {
            Turns.Add(new Turn(isModel, parts));
        }
    }
}
