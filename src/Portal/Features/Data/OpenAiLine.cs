using System.Globalization;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// A row as OpenAI's chat line: <c>messages</c>, <c>tools</c>, and the arguments of a call as a text of JSON. Calls have ids there, which
/// Gemini does not know: an answer takes that of the first call of its function that nothing has answered yet.
/// </summary>
internal sealed class OpenAiLine
{
    private readonly Utf8JsonWriter _writer;
    private readonly List<(string Id, string Name)> _unanswered = [];
    private int _calls;

    private OpenAiLine(Utf8JsonWriter writer) => _writer = writer;

    public static string Of(VersionExample row)
    {
        var log = LogOf(row);
        return JsonText.Write(writer => new OpenAiLine(writer).Write(row.System, log));
    }

    private static ConversationLog LogOf(VersionExample row)
    {
        var log = new ConversationLog();
        if (row.Content is null)
        {
            log.Say(false, [TurnPart.Said(row.Input)]);
            log.Say(true, [TurnPart.Said(row.Output)]);
            return log;
        }

        using var content = JsonDocument.Parse(row.Content);
        GeminiTurns.Read(content.RootElement, content.RootElement.GetProperty("contents"), log);
        return log.Problem is null ? log : throw new InvalidOperationException($"Row {row.Number} cannot be written as messages: {log.Problem}.");
    }

    private void Write(string system, ConversationLog log)
    {
        _writer.WriteStartObject();
        _writer.WriteStartArray("messages");
        if (system is not "")
        {
            _writer.WriteStartObject();
            _writer.WriteString("role", "system");
            _writer.WriteString("content", system);
            _writer.WriteEndObject();
        }

        log.Turns.ForEach(WriteTurn);
        _writer.WriteEndArray();
        if (log.Declarations.Count > 0)
        {
            _writer.WriteStartArray("tools");
            log.Declarations.ForEach(d => FunctionSchema.WriteOpenAi(_writer, d));
            _writer.WriteEndArray();
        }

        _writer.WriteEndObject();
    }

    /// <summary>A message holds texts and then calls; a turn of another order becomes several messages, which an import puts together again.</summary>
    private void WriteTurn(Turn turn)
    {
        for (var at = 0; at < turn.Parts.Count;)
        {
            if (turn.Parts[at].Kind is TurnPartKind.Response)
            {
                WriteResponse(turn.Parts[at++]);
                continue;
            }

            List<TurnPart> texts = [.. turn.Parts.Skip(at).TakeWhile(p => p.Kind is TurnPartKind.Text or TurnPartKind.Media)];
            List<TurnPart> calls = [.. turn.Parts.Skip(at + texts.Count).TakeWhile(p => p.Kind is TurnPartKind.Call)];
            at += texts.Count + calls.Count;
            WriteMessage(turn.IsModel || calls.Count > 0 ? "assistant" : "user", texts, calls);
        }
    }

    private void WriteMessage(string role, List<TurnPart> texts, List<TurnPart> calls)
    {
        _writer.WriteStartObject();
        _writer.WriteString("role", role);
        _writer.WritePropertyName("content");
        WriteTexts(texts);
        if (calls.Count > 0)
        {
            _writer.WriteStartArray("tool_calls");
            calls.ForEach(WriteCall);
            _writer.WriteEndArray();
        }

        _writer.WriteEndObject();
    }

    private void WriteTexts(List<TurnPart> texts)
    {
        switch (texts)
        {
            case []:
                _writer.WriteNullValue();
                break;
            case [{ Kind: TurnPartKind.Text } only]:
                _writer.WriteStringValue(only.Text);
                break;
            default:
                _writer.WriteStartArray();
                texts.ForEach(WritePart);

                _writer.WriteEndArray();
                break;
        }
    }

    private void WritePart(TurnPart part)
    {
        _writer.WriteStartObject();
        if (part.Kind is TurnPartKind.Text)
        {
            _writer.WriteString("type", "text");
            _writer.WriteString("text", part.Text);
        }
        else
        {
            _writer.WriteString("type", "file");
            _writer.WriteStartObject("file");
            _writer.WriteString("filename", part.Text);
            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
    }

    private void WriteCall(TurnPart call)
    {
        var id = NextId();
        _unanswered.Add((id, call.Name));
        _writer.WriteStartObject();
        _writer.WriteString("id", id);
        _writer.WriteString("type", "function");
        _writer.WriteStartObject("function");
        _writer.WriteString("name", call.Name);
        _writer.WriteString("arguments", call.Text);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    private void WriteResponse(TurnPart response)
    {
        var call = _unanswered.FindIndex(c => c.Name == response.Name);
        _writer.WriteStartObject();
        _writer.WriteString("role", "tool");
        _writer.WriteString("tool_call_id", call < 0 ? NextId() : _unanswered[call].Id);
        if (call < 0)
        {
            // Nothing else says whose answer it is.
            _writer.WriteString("name", response.Name);
        }
        else
        {
            _unanswered.RemoveAt(call);
        }

        _writer.WriteString("content", response.Text);
        _writer.WriteEndObject();
    }

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"call_{++_calls}");
}
