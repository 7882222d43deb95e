using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// Reads the input and the output out of one JSON line without making a string: two keys of an object, Gemini's contents or OpenAI's
/// messages. A line of another shape is left to the reader of the import, which knows them all.
/// </summary>
internal sealed class JsonRow(string inputKey, string outputKey)
{
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 64 };

    private readonly byte[] _inputKey = System.Text.Encoding.UTF8.GetBytes(inputKey);
    private readonly byte[] _outputKey = System.Text.Encoding.UTF8.GetBytes(outputKey);
    private char[] _input = new char[4_096];
    private char[] _output = new char[4_096];
    private int _inputLength;
    private int _outputLength;

    public ReadOnlySpan<char> Input => _input.AsSpan(0, _inputLength);

    public ReadOnlySpan<char> Output => _output.AsSpan(0, _outputLength);

    /// <summary>False for what is no JSON, no object, or holds half of a character.</summary>
    public bool Read(ReadOnlySpan<byte> line)
    {
        (_inputLength, _outputLength) = (0, 0);
        var reader = new Utf8JsonReader(line, s_options);
        try
        {
            return reader.Read() && reader.TokenType is JsonTokenType.StartObject && ReadObject(ref reader) && !reader.Read();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private bool ReadObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(_inputKey))
            {
                reader.Read();
                _inputLength = Take(ref reader, ref _input, 0);
            }
            else if (reader.ValueTextEquals(_outputKey))
            {
                reader.Read();
                _outputLength = Take(ref reader, ref _output, 0);
            }
            else if (reader.ValueTextEquals("contents"u8) || reader.ValueTextEquals("messages"u8))
            {
                reader.Read();
                ReadTurns(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return reader.TokenType is JsonTokenType.EndObject;
    }

    /// <summary>Every turn but the last is input; the last one, if the model's, is output.</summary>
    private void ReadTurns(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
        {
            if (_outputLength > 0)
            {
                // Another turn follows, so what looked like the answer was part of the conversation.
                _inputLength = Append(ref _input, _inputLength, _output.AsSpan(0, _outputLength));
                _outputLength = 0;
            }

            ReadTurn(ref reader);
        }
    }

    private void ReadTurn(ref Utf8JsonReader reader)
    {
        var (isAnswer, isSystem) = (false, false);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                reader.Read();
                isAnswer = reader.TokenType is JsonTokenType.String && (reader.ValueTextEquals("model"u8) || reader.ValueTextEquals("assistant"u8));
                isSystem = reader.TokenType is JsonTokenType.String && reader.ValueTextEquals("system"u8);
            }
            else if (reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("parts"u8))
            {
                reader.Read();
                _outputLength = ReadParts(ref reader, _outputLength);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!isAnswer)
        {
            _inputLength = isSystem ? _inputLength : Append(ref _input, _inputLength, _output.AsSpan(0, _outputLength));
            _outputLength = 0;
        }
    }

    private int ReadParts(ref Utf8JsonReader reader, int length)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            return Take(ref reader, ref _output, length);
        }

        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                reader.Read();
                if (isText)
                {
                    length = Take(ref reader, ref _output, length);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return length;
    }

    /// <summary>Adds a text to a buffer; the new length. What is no text is skipped, and counts as none.</summary>
    private static int Take(ref Utf8JsonReader reader, ref char[] buffer, int length)
    {
        if (reader.TokenType is not JsonTokenType.String)
        {
            reader.Skip();
            return length;
        }

        if (buffer.Length - length < reader.ValueSpan.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + reader.ValueSpan.Length));
        }

        return length + reader.CopyString(buffer.AsSpan(length));
    }

    private static int Append(ref char[] buffer, int length, ReadOnlySpan<char> text)
    {
        if (buffer.Length - length <= text.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + text.Length + 1));
        }

        if (length > 0)
        {
            buffer[length++] = '\n';
        }

        text.CopyTo(buffer.AsSpan(length));
        return length + text.Length;
    }
}
