using System.Globalization;
using System.Text;
using System.Text.Json;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class RowPipelineTests
{
    private static readonly DataOptions s_usual = new();

    /// <summary>Many batches of few rows.</summary>
    private static readonly DataOptions s_small = new() { BatchRows = 50 };

    [Fact]
    public async Task OddFiles_OnSeveralThreads_EndAsOnOne()
    {
        var count = 0;
        foreach (var file in SourceCorpus.All().Where(f => f.Content.Length < 10 << 20))
        {
            if (MappingOf(file.Content, s_usual) is var (layout, mapping))
            {
                count++;
                Assert.Equal((file.Name, OneByOne(file.Content, layout, mapping, s_usual)), (file.Name, await ReadAsync(file.Content, layout, mapping, s_usual, 3)));
            }
        }

        Assert.True(count >= 90, $"Only {count} files.");
    }

    [Theory]
    [InlineData("lines")]
    [InlineData("lines in utf-16")]
    [InlineData("lines in gzip")]
    [InlineData("list")]
    [InlineData("table")]
    public async Task LongFile_WhateverTheNumberOfThreads_HasTheSameRowsAndFindings(string shape)
    {
        var content = shape switch
        {
            "lines" => SourceCorpus.Bytes(string.Join("\r\n", Lines())),
            "lines in utf-16" => SourceCorpus.Bytes(string.Join('\n', Lines()), "utf-16"),
            "lines in gzip" => SourceCorpus.Gzip(SourceCorpus.Bytes(string.Join('\n', Lines()))),
            "list" => SourceCorpus.Bytes($"[{string.Join(",\n", Lines().Where(l => l.StartsWith('{')))}]"),
            _ => SourceCorpus.Bytes("input,output,who\n" + string.Concat(Enumerable.Range(0, 1_500).Select(i => $"\"{Text(i)}\nand so on\",{Answer(i)}{(i % 90 is 0 ? ",,,surplus" : $",p{i}")}\n"))),
        };
        var (layout, mapping) = MappingOf(content, s_small) ?? throw new InvalidOperationException("The file is refused.");

        var expected = OneByOne(content, layout, mapping, s_small);

        Assert.Contains(nameof(FindingRule.NearDuplicate), expected, StringComparison.Ordinal);
        Assert.Contains(nameof(FindingRule.LabelVariant), expected, StringComparison.Ordinal);
        Assert.Contains($"\"Number\":{(shape is "list" ? 1_450 : 1_500)},", expected, StringComparison.Ordinal);
        foreach (var threads in new[] { 1, 2, 7 })
        {
            Assert.Equal(expected, await ReadAsync(content, layout, mapping, s_small, threads));
        }
    }

    [Theory]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'id':7,'systemInstruction':{'role':'system','parts':[{'text':'s'}]},'contents':[{'parts':[{'text':''}],'role':'user'},{'role':'model','parts':[{'text':''}]}]}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}],'systemInstruction':'s'}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}],'system_instruction':{'parts':[{'text':'s'}]}}")]
    [InlineData("{'contents':[{'parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a'},{'text':'c'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'user','parts':'a'},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'model','parts':[{'text':'a'}]},{'role':'user','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a','thought':true}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}],'completions':[]}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}],'completions':1}")]
    [InlineData("{'contents':[{'role':'user','role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'user','parts':[{'text':'\\ud800'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'contents':[{'role':'us\\u0065r','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'messages':[{'role':'system','content':'s'},{'role':'user','content':'a'},{'role':'assistant','content':'b'}]}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}],'systemInstruction':{'parts':[{'text':'s'}]}}")]
    [InlineData("{'systemInstruction':{'parts':[{'text':'s'}]},'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}]}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'system','content':'s'},{'role':'assistant','content':'b'}]}")]
    [InlineData("{'messages':[{'role':'system','content':'s'},{'role':'system','content':'t'},{'role':'user','content':'a'},{'role':'assistant','content':'b'}]}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b','weight':0}]}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':null}]}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'user','content':'c'}]}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}],'system':'s'}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}],'input':'other'}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}],'tools':'[]'}")]
    [InlineData("{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}],'contents':'none'}")]
    [InlineData("{'messages':[],'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}]}")]
    [InlineData("{'messages':[{'role':{'parts':[{'text':'a'}]},'content':'a'}]}")]
    [InlineData("{'messages':[]}")]
    [InlineData("{'systemInstruction':{'parts':[{'text':'s'}]},'input':'a','output':'b'}")]
    [InlineData("{'system':'s','input':'a','output':'b','x':{'y':1}}")]
    public void Turns_ReadTheQuickWay_SayWhatTheWholeReaderSays(string line)
    {
        line = line.Replace('\'', '"');
        using var records = RecordReader.Open(new MemoryStream(SourceCorpus.Bytes(line)), new SourceLayout(SourceFormat.JsonLines, TextEncoding.Utf8, ',', HasHeader: true), s_usual, ["system", "input", "output"]);

        Assert.True(records.Read());

        Assert.Equal(Slowly(line), (records.Problem is null ? string.Join('|', records.Values) : "refused", records.Content, records.Notes));
    }

    [Fact]
    public async Task RowsThatNameFiles_WaitForThemInTheirOrder()
    {
        var lines = string.Concat(Enumerable.Range(1, 9).Select(i => i is 4 or 8
            ? $"{{\"contents\":[{{\"role\":\"user\",\"parts\":[{{\"fileData\":{{\"fileUri\":\"{i}.png\"}}}},{{\"text\":\"What is it?\"}}]}},{{\"role\":\"model\",\"parts\":[{{\"text\":\"a\"}}]}}]}}\n"
            : $"{{\"contents\":[{{\"role\":\"user\",\"parts\":[{{\"text\":\"{i}\"}}]}},{{\"role\":\"model\",\"parts\":[{{\"text\":\"a\"}}]}}]}}\n"));
        using var file = new MemoryStream(SourceCorpus.Bytes(lines));
        var options = new DataOptions { BatchRows = 5 };
        var (layout, mapping) = MappingOf(file.ToArray(), options) ?? throw new InvalidOperationException("The file is refused.");
        using var records = RecordReader.Open(file, layout, options, mapping.Columns);
        await using var rows = new RowPipeline(records, mapping, new RowChecks("imp_1", Limits()), file, options, TestContext.Current.CancellationToken, 2);

        var (first, second) = (await rows.NextAsync(), await rows.NextAsync());

        Assert.Equal("1 2 3, then 4 5", Numbers(first));
        Assert.Equal("6 7, then 8 9", Numbers(second));
        Assert.Null(await rows.NextAsync());
    }

    [Fact]
    public async Task FileWithoutEnd_IsReadNoFurtherThanThereIsRoom_AndStopsWhenAsked()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var file = new EndlessStream(Encoding.UTF8.GetBytes("{\"input\":\"How do I get my money back?\",\"output\":\"refund\"}\n"));
        var options = new DataOptions { MaxRows = 10_000_000 };
        using var records = RecordReader.Open(file, new SourceLayout(SourceFormat.JsonLines, TextEncoding.Utf8, ',', HasHeader: true), options, ["input", "output"]);
        var rows = new RowPipeline(records, ColumnMapping.Of("input", "output"), new RowChecks("imp_1", Limits()), file, options, stop.Token, 2);
        for (var batch = 1; batch <= 60; batch++)
        {
            Assert.Equal(options.BatchRows, (await rows.NextAsync())?.Rows.Count);
            // Six batches wait, one is being cut, and the window over the stream reads a little ahead.
            Assert.InRange(file.Position, 0, ((batch + 8L) * options.BatchRows * 60) + (1 << 20));
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (true)
            {
                await rows.NextAsync();
            }
        });
        await rows.DisposeAsync();
    }

    private static (string Values, string? Content, RowNotes Notes) Slowly(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var row = document.RootElement;
            if (Conversation.Find(row) is { } turns)
            {
                var read = Conversation.Read(row, turns);
                return read.Problem is null ? ($"{read.System}|{read.Input}|{read.Output}", read.Content, read.Notes) : ("refused", null, RowNotes.None);
            }

            return (string.Join('|', new[] { "system", "input", "output" }.Select(key => row.TryGetProperty(key, out var value) ? value.GetString() : null)), null, RowNotes.None);
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            return ("refused", null, RowNotes.None);
        }
    }

    private static string Numbers(RowBatch? batch) => $"{string.Join(' ', batch?.Rows.Select(r => r.Number) ?? [])}, then {string.Join(' ', batch?.Waiting.Select(r => r.Number) ?? [])}";

    private static string Text(int i) => i % 100 is 99 ? $"{DataKit.Sentence(i - 1)}!" : DataKit.Sentence(i);

    private static string Answer(int i) => i % 40 is 0 ? "Refund" : i % 41 is 0 ? "refund " : i % 3 is 0 ? "refund" : "card";

    /// <summary>Rows of every kind, with what is wrong with some of them spread over many batches.</summary>
    private static IEnumerable<string> Lines() => Enumerable.Range(0, 1_500).Select(i => (i % 30) switch
    {
        7 => "not json",
        8 => "{\"input\":\"\",\"output\":\"card\"}",
        9 => JsonSerializer.Serialize(new { messages = new object[] { new { role = "system", content = "Be brief." }, new { role = "user", content = Text(i) }, new { role = "user", content = "Well?" }, new { role = "assistant", content = Answer(i) } } }),
        10 => JsonSerializer.Serialize(new { messages = new object[] { new { role = "user", content = Text(i) }, new { role = "assistant", content = "a", weight = 0 }, new { role = "user", content = Text(i + 1) }, new { role = "assistant", content = Answer(i) } } }),
        11 => JsonSerializer.Serialize(new { contents = new object[] { new { role = "user", parts = new[] { new { text = $"{Text(i)} Write to a.b{i}@example.com" } } }, new { role = "model", parts = new[] { new { text = Answer(i) } } } } }),
        _ => JsonSerializer.Serialize(new { input = Text(i), output = Answer(i), more = new { i } }),
    });

    private static (SourceLayout Layout, ColumnMapping Mapping)? MappingOf(byte[] content, DataOptions options)
    {
        try
        {
            using var file = new MemoryStream(content);
            var layout = SourceInspector.Inspect(file, options);
            using var records = RecordReader.Open(file, layout, options);
            List<IReadOnlyList<string?>> rows = [];
            while (rows.Count < 20 && records.Read())
            {
                rows.Add([.. records.Values]);
            }

            var mapping = MappingGuess.Of(records.Columns, rows);
            return mapping.Obstacle is "" ? (layout, mapping) : null;
        }
        catch (PortalException)
        {
            // Refused before anything is read for good.
            return null;
        }
    }

    /// <summary>The plain way: one row after the other, on this thread.</summary>
    private static string OneByOne(byte[] content, SourceLayout layout, ColumnMapping mapping, DataOptions options)
    {
        var checks = new RowChecks("imp_1", Limits());
        List<Example> rows = [];
        try
        {
            using var file = new MemoryStream(content);
            using var records = RecordReader.Open(file, layout, options, mapping.Columns);
            var mapped = new MappedRecords(records, new RowMapper(mapping, records.Columns));
            var (batch, words) = (checks.Begin(), checks.CountWords());
            while (mapped.Read())
            {
                rows.Add(batch.Check(mapped.Row, words));
            }

            checks.Add(batch);
        }
        catch (PortalException refused)
        {
            return refused.Message;
        }

        return Told(checks, rows);
    }

    private static async Task<string> ReadAsync(byte[] content, SourceLayout layout, ColumnMapping mapping, DataOptions options, int threads)
    {
        var checks = new RowChecks("imp_1", Limits());
        List<Example> rows = [];
        try
        {
            using var file = new MemoryStream(content);
            using var records = RecordReader.Open(file, layout, options, mapping.Columns);
            await using var pipeline = new RowPipeline(records, mapping, checks, file, options, TestContext.Current.CancellationToken, threads);
            while (await pipeline.NextAsync() is { } batch)
            {
                Assert.Empty(batch.Waiting);
                rows.AddRange(batch.Rows);
                checks.Add(batch.Checks);
            }
        }
        catch (PortalException refused)
        {
            return refused.Message;
        }

        return Told(checks, rows);
    }

    /// <summary>Every row and every finding, in their order.</summary>
    private static string Told(RowChecks checks, List<Example> rows)
    {
        var counted = string.Create(CultureInfo.InvariantCulture, $"{checks.Accepted} of {checks.Read}, {checks.DistinctOutputs} outputs");
        var found = checks.Conclude([]).Select(f => $"{f.Finding.Rule}: {f.Finding.Count} {f.Finding.Title} {f.Finding.Remedy} {f.Finding.Figure} {f.Finding.Repairs} {f.Finding.FirstRows} {string.Join(' ', f.Rows)}");
        return string.Join('\n', [counted, .. found, .. rows.Select(r => JsonSerializer.Serialize(r))]);
    }

    private static VendorLimits Limits() => new(new ProjectLimits([], false));

    /// <summary>The same line over and over.</summary>
    private sealed class EndlessStream(byte[] line) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => long.MaxValue;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++)
            {
                buffer[offset + i] = line[(int)((Position + i) % line.Length)];
            }

            Position += count;
            return count;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
