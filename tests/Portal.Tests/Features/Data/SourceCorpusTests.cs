using System.Text.Json;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class SourceCorpusTests
{
    [Fact]
    public void EveryFile_EndsAsItMust_InTimeAndMemory()
    {
        List<string> wrong = [];
        var count = 0;
        foreach (var file in SourceCorpus.All())
        {
            count++;
            var (ending, rows, words) = (file.Ending, 0, "");
            var before = GC.GetAllocatedBytesForCurrentThread();
            var spent = OwnTime.Of(() => (ending, rows, words) = Read(file.Content));
            if (file.Ending is not (Ending)(-1) && (ending != file.Ending || (ending is not Ending.Refused && rows != file.Rows)))
            {
                wrong.Add($"{file.Name}: {ending} with {rows} rows, not {file.Ending} with {file.Rows}. {words}");
            }

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            if (spent > TimeSpan.FromSeconds(5) || taken > 256L << 20)
            {
                wrong.Add($"{file.Name}: took {spent} and {taken:N0} bytes");
            }
        }

        Assert.True(wrong.Count is 0, string.Join('\n', wrong));
        Assert.True(count >= 150, $"Only {count} files.");
    }

    [Theory]
    [InlineData(1, "00042", "42")]
    [InlineData(2, "2023-03-15", "45000")]
    [InlineData(3, "1,234.50 €", "1234.5")]
    [InlineData(4, "25%", "0.25")]
    [InlineData(0, "0.3", "0.30000000000000004")]
    [InlineData(2, "1900-02-28", "59")]
    public void Workbook_NumbersAndDates_AreReadAsTheyAreShown(int style, string expected, string stored)
    {
        const string styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"00000\"/><numFmt numFmtId=\"165\" formatCode=\"dd/mm/yyyy\"/><numFmt numFmtId=\"166\" formatCode=\"#,##0.00\\ &quot;€&quot;\"/></numFmts>"
            + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>";
        var book = SourceCorpus.Book($"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" s=\"{style}\"><v>{stored}</v></c></row></sheetData></worksheet>", styles);

        using var reader = RecordReader.Open(new MemoryStream(book), new SourceLayout(SourceFormat.Xlsx, "utf-8", ',', HasHeader: false), new DataOptions());

        Assert.True(reader.Read());
        Assert.Equal(expected, reader.Values[0]);
    }

    [Fact]
    public void OpenAiTools_BecomeGeminisCalls_AndDoubledQuotesAreRepaired()
    {
        var arguments = JsonSerializer.Serialize("{\"id\":7}");
        var line = "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"find\",\"parameters\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"}},\"additionalProperties\":false}}}],\"messages\":["
            + "{\"role\":\"developer\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Where is 7?\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"find\",\"arguments\":"
            + JsonSerializer.Serialize(arguments) + "}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"shipped\"},{\"role\":\"assistant\",\"content\":\"On its way.\"}]}";

        var row = MapOne(line);

        Assert.Equal(("Be brief.", "On its way."), (row.System, row.Output));
        Assert.Equal(
            "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"find\",\"parameters\":{\"type\":\"OBJECT\",\"properties\":{\"id\":{\"type\":\"INTEGER\"}}}}]}],\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Where is 7?\"}]},"
            + "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"find\",\"args\":{\"id\":7}}}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"find\",\"response\":{\"result\":\"shipped\"}}}]},"
            + "{\"role\":\"model\",\"parts\":[{\"text\":\"On its way.\"}]}]}", row.Content);
        Assert.Equal(RowNotes.Flattened | RowNotes.ArgumentsRepaired | RowNotes.SchemaSimplified, row.Notes);
    }

    [Theory]
    [InlineData("[{\"instruction\":\"Sum\",\"input\":\"1 2\",\"output\":\"3\"}]", "Sum\n\n1 2", "3")]
    [InlineData("[{\"instruction\":\"Sing\",\"input\":\"\",\"output\":\"la\"}]", "Sing", "la")]
    [InlineData("[{\"conversations\":[{\"from\":\"human\",\"value\":\"hi\"},{\"from\":\"gpt\",\"value\":\"ho\"}]}]", "hi", "ho")]
    [InlineData("{\"prompt\":\"a\\n\\n###\\n\\n\",\"completion\":\" b END\"}\n{\"prompt\":\"c\\n\\n###\\n\\n\",\"completion\":\" d END\"}", "a", "b")]
    [InlineData("{\"data\":[{\"q\":{\"text\":\"deep\"},\"label\":\"x\"},{\"q\":{\"text\":\"down\"},\"label\":\"y\"}]}", "deep", "x")]
    public void KnownShapes_AreMappedWithoutAsking(string content, string input, string output)
    {
        var row = MapOne(content);

        Assert.Equal((input, output), (row.Input, row.Output));
    }

    [Fact]
    public void Template_SeveralColumns_BecomeOneTextAndJson()
    {
        var mapping = new ColumnMapping("{{title}}: {{body}}", RowTemplate.Json(["kind", "tags"])) { Group = "who", Date = "at", Split = "part" };

        var row = MapOne("{\"title\":\"T\",\"body\":\"B\",\"kind\":\"k\",\"tags\":[1,2],\"who\":\"p7\",\"at\":\"2026-11-23\",\"part\":\"dev\"}", mapping);

        Assert.Equal(("T: B", "{\"kind\": \"k\", \"tags\": [1,2]}", "p7", Split.Validation), (row.Input, row.Output, row.Group, row.Split));
        Assert.Equal(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc), row.Date);
    }

    [Fact]
    public void Workbook_AFewCellsThatRepeatALongText_AreARowTooLong_AndTheSheetABomb()
    {
        var cells = string.Concat(Enumerable.Repeat("<c t=\"s\"><v>0</v></c>", 100));
        var book = SourceCorpus.ZipOf(SourceCorpus.PartsOf($"<worksheet><sheetData>{string.Concat(Enumerable.Repeat($"<row>{cells}</row>", 30))}</sheetData></worksheet>")
            .Append(("xl/sharedStrings.xml", SourceCorpus.Bytes($"<sst><si><t>{new string('x', 1_000)}</t></si></sst>"))));
        var options = new DataOptions { MaxRecordCharacters = 10_000, MaxUnpackedBytes = 200_000 };

        using var reader = RecordReader.Open(new MemoryStream(book), new SourceLayout(SourceFormat.Xlsx, "utf-8", ',', HasHeader: false), options);

        Assert.True(reader.Read());
        Assert.Equal("the row is longer than 10,000 characters", reader.Problem);
        Assert.InRange(reader.Values.Sum(v => v?.Length ?? 0), 10_000, 11_000);
        Assert.Contains("repeat their texts", Assert.Throws<PortalException>(() => { while (reader.Read()) { } }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_OfALongRow_IsNotCutWithinACharacter()
    {
        using var reader = RecordReader.Open(
            new MemoryStream(SourceCorpus.Bytes($"text,label\na{string.Concat(Enumerable.Repeat("😀", 2_000))},b,c\n")), new SourceLayout(SourceFormat.Csv, "utf-8", ',', HasHeader: true), new DataOptions());

        Assert.True(reader.Read());
        Assert.NotNull(reader.Problem);
        Assert.Equal(reader.Raw, SourceCorpus.Text(reader.Raw));
    }

    [Theory]
    [InlineData("windows-1251", "Привет как дела сегодня")]
    [InlineData("windows-1252", "Où est l’été déjà commencé à Noël")]
    [InlineData("windows-1250", "Zażółć gęślą jaźń proszę łódkę")]
    public void Encodings_WithoutAMark_AreToldByEvidence(string encoding, string text)
    {
        var content = SourceCorpus.Bytes("text,label\n" + string.Concat(Enumerable.Repeat($"{text},a\n", 40)), encoding);

        using var file = new MemoryStream(content);
        using var reader = RecordReader.Open(file, SourceInspector.Inspect(file, new DataOptions()), new DataOptions());

        Assert.True(reader.Read());
        Assert.Equal(text, reader.Values[0]);
    }

    [Fact]
    public void OneDamagedRow_AmongManyGoodOnes_LeavesTheOthersAsTheyAre()
    {
        byte[] content = [.. SourceCorpus.Bytes("text,label\n" + string.Concat(Enumerable.Repeat("Größe,a\n", 100))), .. SourceCorpus.Bytes("café,b\n", "windows-1252")];

        Assert.Equal("utf-8", SourceInspector.Inspect(new MemoryStream(content), new DataOptions()).Encoding);
    }

    [Theory]
    [InlineData("banking77-support-intents/train.csv", 10_003)]
    [InlineData("banking77-support-intents/test.csv", 3_080)]
    [InlineData("maintie-maintenance-extraction/gold_release.json", 1_076)]
    [InlineData("mts-dialog-clinical-notes/MTS-Dialog-TrainingSet.csv", 1_201)]
    public void RealDatasets_KeepEveryRow(string path, int rows)
    {
        Assert.Equal((Ending.Taken, rows, ""), Read(File.ReadAllBytes(PublicData.Find(path))));
    }

    private static (Ending Ending, int Rows, string Words) Read(byte[] content)
    {
        try
        {
            using var file = new MemoryStream(content);
            using var reader = RecordReader.Open(file, SourceInspector.Inspect(file, new DataOptions()), new DataOptions());
            int rows = 0;
            string? problem = null;
            while (reader.Read())
            {
                rows++;
                problem ??= reader.Problem;
            }

            return (problem is null ? Ending.Taken : Ending.RowsSetAside, rows, problem ?? "");
        }
        catch (PortalException refused)
        {
            return (Ending.Refused, 0, refused.Message);
        }
    }

    private static MappedRow MapOne(string content, ColumnMapping? mapping = null)
    {
        using var file = new MemoryStream(SourceCorpus.Bytes(content));
        var layout = SourceInspector.Inspect(file, new DataOptions());
        if (mapping is null)
        {
            using var first = RecordReader.Open(file, layout, new DataOptions());
            List<IReadOnlyList<string?>> rows = [];
            while (first.Read())
            {
                rows.Add([.. first.Values]);
            }

            mapping = MappingGuess.Of(first.Columns, rows);
        }

        using var records = RecordReader.Open(file, layout, new DataOptions(), mapping.Columns);
        var mapped = new MappedRecords(records, new RowMapper(mapping, records.Columns));
        Assert.True(mapped.Read());
        Assert.Null(mapped.Row.Problem);
        return mapped.Row;
    }
}
