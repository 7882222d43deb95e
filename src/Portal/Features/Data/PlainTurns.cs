using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// One question with its answer in <c>contents</c> or <c>messages</c>, read straight off the line: what most conversations are. Anything more than texts is left to
/// <see cref="Conversation"/>, which knows all shapes.
/// </summary>
internal ref struct PlainTurns()
{
    /// <summary>Says something about the conversation beside its turns, so that they are not all there is.</summary>
    private bool _isMore;
    private bool _isInstructed;
    private bool _isChat;

    public string System { get; private set; } = "";

    public string Input { get; private set; } = "";

    public string Output { get; private set; } = "";

    /// <summary>Whether turns were read, and they are all that the row says.</summary>
    public readonly bool IsWhole => IsRead && !_isMore;

    /// <summary>Whether the row has a part of a conversation.</summary>
    public readonly bool IsBegun => IsRead || _isInstructed;

    private bool IsRead { get; set; }

    public static bool IsKey(ReadOnlySpan<byte> key) => key.SequenceEqual("contents"u8) || key.SequenceEqual("messages"u8) || key.SequenceEqual("systemInstruction"u8);

    /// <summary>A key beside the turns. Some have a say in what the turns mean.</summary>
    public void Meet(ReadOnlySpan<byte> key) => _isMore |= key.SequenceEqual("system"u8) || key.SequenceEqual("tools"u8) || key.SequenceEqual("functions"u8)
        || key.SequenceEqual("completions"u8) || key.SequenceEqual("conversations"u8) || key.SequenceEqual("conversation"u8) || key.SequenceEqual("system_instruction"u8);

    /// <summary>Another value claims the place of a text of the conversation.</summary>
    public void Doubt() => _isMore = true;

    /// <summary>Reads a key with its value, if it is the conversation's and plain.</summary>
    public bool TryRead(ref Utf8JsonReader reader)
    {
        var isGemini = reader.ValueTextEquals("contents"u8);
        if (reader.ValueTextEquals("systemInstruction"u8))
        {
            _isInstructed = true;
            _isMore |= _isChat;
            return reader.Read() && TryReadTurn(ref reader, isGemini: true, out _, out var system) && (System = system) is not null;
        }

        if (IsRead || !(isGemini || reader.ValueTextEquals("messages"u8)))
        {
            return false;
        }

        (IsRead, _isChat) = (true, !isGemini);
        // Gemini's instruction is a key of its own, which means nothing beside messages.
        _isMore |= _isInstructed && _isChat;
        return reader.Read() && reader.TokenType is JsonTokenType.StartArray && TryReadTurns(ref reader, isGemini);
    }

    private bool TryReadTurns(ref Utf8JsonReader reader, bool isGemini)
    {
        var (asked, answered) = (false, false);
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (!TryReadTurn(ref reader, isGemini, out var speaker, out var text))
            {
                return false;
            }

            switch (speaker)
            {
                case Speaker.System when !asked && !_isInstructed:
                    (System, _isInstructed) = (text, true);
                    break;
                case Speaker.User when !asked:
                    (Input, asked) = (text, true);
                    break;
                case Speaker.Model when asked && !answered:
                    (Output, answered) = (text, true);
                    break;
                default:
                    return false;
            }
        }

        return answered;
    }

    /// <summary>A role and one text, each once, and nothing else.</summary>
    private static bool TryReadTurn(ref Utf8JsonReader reader, bool isGemini, out Speaker speaker, out string text)
    {
        (speaker, text) = (Speaker.Unknown, "");
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return false;
        }

        var (hasRole, hasText) = (false, false);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (!hasRole && reader.ValueTextEquals("role"u8))
            {
                hasRole = true;
                reader.Read();
                if (reader.TokenType is not JsonTokenType.String)
                {
                    return false;
                }

                speaker = SpeakerOf(ref reader, isGemini);
            }
            else if (!hasText && reader.ValueTextEquals(isGemini ? "parts"u8 : "content"u8))
            {
                hasText = true;
                reader.Read();
                if (!(isGemini ? TryReadPart(ref reader, out text) : TryReadText(ref reader, out text)))
                {
                    return false;
                }
            }
            else
            {
                return false;
            }
        }

        return hasText;
    }

    private static Speaker SpeakerOf(ref Utf8JsonReader reader, bool isGemini) =>
        reader.ValueTextEquals("user"u8) ? Speaker.User
        : reader.ValueTextEquals(isGemini ? "model"u8 : "assistant"u8) ? Speaker.Model
        : reader.ValueTextEquals("system"u8) && !isGemini ? Speaker.System : Speaker.Unknown;

    /// <summary>A list of one part, which is a text.</summary>
    private static bool TryReadPart(ref Utf8JsonReader reader, out string text)
    {
        text = "";
        return reader.TokenType is JsonTokenType.StartArray
            && reader.Read() && reader.TokenType is JsonTokenType.StartObject
            && reader.Read() && reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals("text"u8)
            && reader.Read() && TryReadText(ref reader, out text)
            && reader.Read() && reader.TokenType is JsonTokenType.EndObject
            && reader.Read() && reader.TokenType is JsonTokenType.EndArray;
    }

    private static bool TryReadText(ref Utf8JsonReader reader, out string text)
    {
        text = reader.TokenType is JsonTokenType.String ? reader.GetString() ?? "" : "";
        return reader.TokenType is JsonTokenType.String;
    }

    private enum Speaker
    {
        Unknown,
        System,
        User,
        Model,
    }
}
