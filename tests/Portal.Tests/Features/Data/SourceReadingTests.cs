using System.Text;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>Whatever is uploaded ends in a message a person can act on, or in rows set aside with a reason: never in a crash, never in rows that vanish.</summary>
public sealed class SourceReadingTests
{
    private static readonly DataOptions s_small = new() { MaxCellCharacters = 1_000, MaxRecordCharacters = 4_000 };

    public static TheoryData<string, byte[], string> Refused => new()
    {
        { "empty", [], "The file is empty" },
        { "only white space", Utf8(" \n\n  \n"), "The file is empty" },
        { "only a byte order mark", [0xEF, 0xBB, 0xBF], "The file is empty" },
        { "xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1], "This is an old Excel or Word file" },
        { "pdf", Utf8("%PDF-1.7\n..."), "This is a PDF" },
        { "png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "This is a PNG picture" },
        { "jpeg", [0xFF, 0xD8, 0xFF, 0xE0], "This is a JPEG picture" },
        { "parquet", Utf8("PAR1...."), "This is a Parquet file" },
        { "sqlite", Utf8("SQLite format 3\0"), "This is a SQLite database" },
        { "binary", [1, 0, 0, 7, 0, 0, 0, 9, 0, 3, 0, 0, 2, 0, 0, 0, 200, 0, 0], "This is not a text file" },
        { "unclosed quote", Utf8("text,label\n\"never closed,a\nmore,b\n"), "Line 2: a quote opens here and never closes" },
        { "unclosed quote beyond the limit", Utf8("text,label\nok,a\n\"" + new string('x', 5_000) + "\",b\n"), "Line 3: a quote opens here and does not close within 1,000 characters" },
    };

    public static TheoryData<string, string, string> SetAside => new()
    {
        { "too few cells", "text,label\ngood,a\nonly one\n", "it has 1 cell where 2 are expected" },
        { "too many cells", "text,label\ngood,a\none,two,three\n", "it has 3 cells where 2 are expected" },
        { "truncated last line", "text,label\ngood,a\ncut of", "it has 1 cell where 2 are expected" },
        { "quote inside a quoted cell", "text,label\ngood,a\n\"he said \"hi\" to me\",b\n", "a quoted cell goes on after its closing quote" },
        { "long cell", "text,label\ngood,a\n" + new string('x', 1_500) + ",b\n", "a cell is longer than 1,000 characters" },
        { "long row", "text,label\ngood,a\n" + string.Join(',', Enumerable.Repeat(new string('x', 900), 6)) + "\n", "the row is longer than 4,000 characters" },
        { "json number", "{\"input\":\"good\",\"output\":\"a\"}\n42\n", "the line is a JSON number, not an object" },
        { "json array line", "{\"input\":\"good\",\"output\":\"a\"}\n[1,2]\n", "the line is a JSON array, not an object" },
        { "json text line", "{\"input\":\"good\",\"output\":\"a\"}\n\"text\"\n", "the line is a JSON text, not an object" },
        { "broken json", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":\"cut o", "the line is not valid JSON" },
        { "trailing comma", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":\"b\",}\n", "the line is not valid JSON" },
        { "duplicate key", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":\"b\",\"input\":\"c\",\"output\":\"d\"}\n", "a key appears twice" },
        { "lone surrogate", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":\"\\ud800\",\"output\":\"d\"}\n", "half of a character" },
        { "deep nesting", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":" + new string('[', 200) + new string(']', 200) + "}\n", "the line is not valid JSON" },
        { "long line", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":\"" + new string('x', 5_000) + "\"}\n", "the line is longer than 4,000 characters" },
        { "long value", "{\"input\":\"good\",\"output\":\"a\"}\n{\"input\":\"" + new string('x', 1_500) + "\",\"output\":\"b\"}\n", "\"input\" is longer than 1,000 characters" },
        { "conversation ends with the user", Turns("user:hi", "model:hello") + Turns("user:hi"), "the last turn is the user's" },
        { "empty conversation", Turns("user:hi", "model:hello") + "{\"contents\":[]}\n", "the conversation is empty" },
        { "executable code", Turns("user:hi", "model:hello") + "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"executableCode\":{\"code\":\"1\"}}]},{\"role\":\"model\",\"parts\":[{\"text\":\"a cat\"}]}]}\n", "no text, no file and no call" },
        { "unknown role", Turns("user:hi", "model:hello") + Turns("narrator:once", "model:b"), "a turn of the role \"narrator\"" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Inspect_WhatIsNoTable_IsRefusedInWords(string name, byte[] content, string expected)
    {
        var refusal = Assert.Throws<PortalException>(() => ReadAll(content));

        Assert.True(refusal.Message.Contains(expected, StringComparison.Ordinal), $"{name}: {refusal.Message}");
    }

    [Theory]
    [MemberData(nameof(SetAside))]
    public void Read_RowThatCannotBeUsed_ComesWithItsReasonAndTheOthersStay(string name, string content, string expected)
    {
        var rows = ReadAll(Utf8(content));

        Assert.Equal(2, rows.Count);
        Assert.Null(rows[0].Problem);
        Assert.True(rows[1].Problem?.Contains(expected, StringComparison.Ordinal), $"{name}: {rows[1].Problem}");
    }

    [Theory]
    [InlineData("comma", "text,label\na,b\n", "a|b")]
    [InlineData("semicolon", "text;label\na, with comma;b\n", "a, with comma|b")]
    [InlineData("tab", "text\tlabel\na\tb\n", "a|b")]
    [InlineData("bar", "text|label\na|b\n", "a|b")]
    [InlineData("bare line feed in a quoted cell, CRLF ends", "text,label\r\n\"one\ntwo\",b\r\n", "one\ntwo|b")]
    [InlineData("doubled quotes", "text,label\n\"he said \"\"hi\"\"\",b\n", "he said \"hi\"|b")]
    [InlineData("old Mac ends", "text,label\ra,b\r", "a|b")]
    [InlineData("no header", "Where is my new card, please?,card_arrival\n", "Where is my new card|card_arrival")]
    [InlineData("empty columns at the end", "text,label,,\na,b,,\n", "a|b")]
    [InlineData("quote in the middle is text", "text,label\n5\" screen,b\n", "5\" screen|b")]
    [InlineData("blank lines are no rows", "text,label\n\n\na,b\n\n", "a|b")]
    [InlineData("number beyond a double", "{\"input\":\"a\",\"output\":1e400}\n", "a|1e400")]
    [InlineData("nested value stays JSON", "{\"input\":\"a\",\"output\":{\"k\":[1,2]}}\n", "a|{\"k\":[1,2]}|[1,2]")]
    [InlineData("conversation of OpenAI", "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n", "s|a|b")]
    [InlineData("conversation of Gemini", "{\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"b\"}]}]}\n", "s|a|b")]
    [InlineData("prompt and completion", "{\"prompt\":\"a\",\"completion\":\"b\"}\n", "a|b")]
    public void Read_WhatFilesReallyLookLike_GivesTheValues(string name, string content, string expected)
    {
        var rows = ReadAll(Utf8(content));

        var values = string.Join('|', rows[^1].Values.Where(v => v is not null));
        Assert.True(name is "no header" ? values.StartsWith(expected.Split('|')[0], StringComparison.Ordinal) : values == expected, $"{name}: {values} ({rows[^1].Problem})");
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("windows-1252", false)]
    public void Inspect_Encodings_AreToldApartAndReadRight(string encodingName, bool hasMark)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding(encodingName);
        var text = "text,label\n" + string.Concat(Enumerable.Repeat("Größe und Änderung über café – naïve Straße,Beschwerde\n", 30));
        byte[] content = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        var rows = ReadAll(content);

        Assert.Equal(30, rows.Count);
        Assert.Equal("Größe und Änderung über café – naïve Straße", rows[29].Values[0]);
    }

    [Fact]
    public void Inspect_OneOldCharacterFarDown_IsNotTakenForUtf8()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        byte[] content = [.. Utf8("text,label\n" + string.Concat(Enumerable.Repeat("plain words,a\n", 20_000))), .. Encoding.GetEncoding(1252).GetBytes("café,b\n")];

        var layout = SourceInspector.Inspect(new MemoryStream(content), s_small);

        Assert.NotEqual("utf-8", layout.Encoding);
    }

    [Fact]
    public void Read_OneLineOf300Megabytes_StaysInMemoryAndIsSetAside()
    {
        using var file = new EndlessLine(300L << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var reader = new JsonRecords(new JsonLines(new Utf8Source(file), new DataOptions()), new DataOptions(), ["input"]);

        Assert.True(reader.Read());

        Assert.Contains("longer than 4,000,000", reader.Problem, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
        Assert.False(reader.Read());
    }

    [Fact]
    public void Read_DuplicatedAndMissingHeaders_GetNamesOfTheirOwn()
    {
        using var reader = RecordReader.Open(new MemoryStream(Utf8("text,text,,label\na,b,c,d\n")), new SourceLayout(SourceFormat.Csv, "utf-8", ',', true), s_small);

        Assert.Equal(["text", "text (2)", "Column 3", "label"], reader.Columns);
    }

    [Fact]
    public void Read_SeveralTurns_BecomeOneInputWithItsSpeakers()
    {
        using var reader = RecordReader.Open(
            new MemoryStream(Utf8(Turns("user:hello", "model:hi", "user:where is it", "model:on its way"))), new SourceLayout(SourceFormat.JsonLines, "utf-8", ',', false), s_small);

        Assert.True(reader.Read());
        Assert.Equal(RowNotes.Flattened, reader.Notes);
        Assert.Equal(["", "User: hello\n\nModel: hi\n\nUser: where is it", "on its way"], reader.Values);
    }

    private static List<(IReadOnlyList<string?> Values, string? Problem)> ReadAll(byte[] content)
    {
        using var file = new MemoryStream(content);
        var layout = SourceInspector.Inspect(file, s_small);
        file.Position = 0;
        using var reader = RecordReader.Open(file, layout, s_small);
        List<(IReadOnlyList<string?>, string?)> rows = [];
        while (reader.Read())
        {
            rows.Add(([.. reader.Values], reader.Problem));
        }

        return rows;
    }

    private static string Turns(params string[] turns) => "{\"contents\":[" + string.Join(',', turns.Select(t => t.Split(':'))
        .Select(t => $"{{\"role\":\"{t[0]}\",\"parts\":[{{\"text\":\"{t[1]}\"}}]}}")) + "]}\n";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>As many x as asked for, and no line end.</summary>
    private sealed class EndlessLine(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(_left, count);
            buffer.AsSpan(offset, read).Fill((byte)'x');
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
