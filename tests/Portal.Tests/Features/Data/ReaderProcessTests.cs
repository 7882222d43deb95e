using System.Diagnostics;
using System.IO.Compression;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>Files read by another process: what it says of good and bad ones, and what becomes of one that does not do as it must.</summary>
public sealed class ReaderProcessTests : IDisposable
{
    private static readonly TimeSpan s_patient = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("portal-reader-").FullName;
    private readonly DataOptions _options = new() { ReaderPatience = s_patient };
    private readonly List<IDisposable> _open = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _open.ForEach(o => o.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void EveryPackedFile_EndsAsItDoesInThePortal_WithinFiveSecondsAnd256MB()
    {
        // Beyond either it would be refused in other words.
        (_options.MaxReaderBytes, _options.MaxReaderCpu) = (128L << 20, TimeSpan.FromSeconds(5));
        // Of those that are changed at random, enough to see that nothing depends on where they are read.
        var files = SourceCorpus.All().Where((f, i) => f.Content is [(byte)'P', (byte)'K', ..] or [0x1F, 0x8B, ..] && (f.Ending is not (Ending)(-1) || i % 3 is 0)).ToList();
        var readers = Readers(ReaderProgram.OfThisPortal());

        var wrong = files.AsParallel().WithDegreeOfParallelism(2).Select((file, i) =>
        {
            using var stored = Store($"file-{i}", file.Content);
            var here = Read(new SourceHere(stored, _options));
            using var source = readers.Open(stored, null, Ct);
            Assert.IsType<SourceApart>(source);
            return Read(source) is var apart && apart == here ? null : $"{file.Name}: {apart}, not {here}";
        }).OfType<string>().ToList();

        Assert.True(wrong.Count is 0, string.Join('\n', wrong));
        Assert.True(files.Count >= 50, $"Only {files.Count} files.");
    }

    [Fact]
    public void Archive_ItsFilesAndFacts_AreThoseThatThePortalFinds()
    {
        using var stored = Store("pictures.zip", SourceCorpus.ZipOf(("train.csv", SourceCorpus.Bytes("text,file,label\nhello,a.png,x\n")), ("a.png", MediaSamples.Png(7, 5)), ("b.bin", new byte[3 << 20])));
        using var picture = Store("a.png", MediaSamples.Png(7, 5));
        using var source = Readers(ReaderProgram.OfThisPortal()).OpenForMedia(stored, Ct);
        var here = new SourceHere(stored, _options);

        Assert.Equal(here.Items(), source.Items());
        foreach (var item in source.Items())
        {
            Assert.Equal(Content(here.OpenItem(item)), Content(source.OpenItem(item)));
        }

        Assert.Equal(MediaFacts.Of(picture), source.FactsOf(picture));
        Assert.Null(source.FactsOf(stored));
        Assert.Equal(["train.csv"], source.ChoicesOf(source.Inspect()).Entries);
    }

    [Theory]
    [InlineData("sleep 1000", "longer than")]
    [InlineData("sleep 1000 & wait", "longer than")]
    [InlineData("exit 3", "made its reader fail")]
    [InlineData("kill -SEGV $$", "made its reader fail")]
    [InlineData("echo garbage, garbage and garbage", "made its reader fail")]
    [InlineData("printf '\\000\\377\\377\\377\\177'; sleep 1000", "made its reader fail")]
    [InlineData("printf '\\000\\100\\000\\000\\000short'", "made its reader fail")]
    [InlineData("while :; do printf '\\000\\000\\000\\000\\000'; done", "made its reader fail")]
    [InlineData("printf '\\001\\004\\000\\000\\000a\\001\\nb'; sleep 1000", "a  b")]
    [InlineData("printf '\\002\\000\\000\\000\\000'; sleep 1000", "more than 64.0 MB of memory")]
    [InlineData("x=$(head -c 16000000 /dev/zero | tr '\\000' x); y=; while :; do y=$y$x; done", "more than 64.0 MB of memory")]
    public async Task AProcess_ThatDoesNotDoAsItMust_EndsInAVerdict_AndLeavesNobody(string script, string words)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The bad processes are shell scripts.");
        (_options.MaxReaderBytes, _options.MaxUnpackedBytes) = (64L << 20, 1 << 20);
        _options.ReaderPatience = words is "longer than" ? TimeSpan.FromMilliseconds(300) : s_patient;
        var pids = Path.Combine(_folder, "pids");
        var readers = Readers(Script($"echo $$ > {pids}; {script}"));
        using var stored = Store("a.zip", SourceCorpus.Zip(("a.csv", "text,label\na,b\n")));

        var refused = Assert.Throws<PortalException>(() => Read(readers.Open(stored, null, Ct), rethrow: true));

        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        await GoneAsync(words is "longer than" && !File.Exists(pids) ? [] : await File.ReadAllLinesAsync(pids, Ct));
    }

    [Fact]
    public void AProcess_ThatNeverStopsTalking_IsStopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The bad process is a shell script.");
        _options.MaxUnpackedBytes = 1 << 20;
        using var stored = Store("a.zip", SourceCorpus.Zip(("a.csv", "text,label\na,b\n")));
        using var source = Readers(Script("while :; do printf '\\000\\000\\000\\000\\001'; head -c 16777216 /dev/zero; done")).Open(stored, null, Ct);

        Assert.Contains("made its reader fail", Assert.Throws<PortalException>(() => Content(source.OpenItem(new SourceHere(stored, _options).Items()[0]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACancelledReading_EndsItsProcess_AndIsNoVerdict()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The bad process is a shell script.");
        var pids = Path.Combine(_folder, "pids");
        using var stored = Store("a.zip", SourceCorpus.Zip(("a.csv", "text,label\na,b\n")));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var readers = Readers(Script($"sleep 1000 & echo $$ $! > {pids}; wait"));

        var reading = OwnThread.RunAsync(() => readers.Open(stored, null, cancel.Token), CancellationToken.None);
        var ids = await WaitAsync(() => File.Exists(pids) && File.ReadAllText(pids) is [.., '\n'] text ? text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : null);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await GoneAsync(ids);
    }

    [Fact]
    public void AFile_ThatTakesMoreThanTheProcessMay_IsRefusedWithTheLimit()
    {
        var parts = SourceCorpus.PartsOf("<worksheet><sheetData><row><c t=\"s\"><v>149</v></c></row></sheetData></worksheet>")
            .Append(("xl/sharedStrings.xml", SourceCorpus.Bytes($"<sst>{string.Concat(Enumerable.Repeat($"<si><t>{new string('x', 400_000)}</t></si>", 150))}</sst>")));
        _options.MaxReaderBytes = 32L << 20;
        using var large = Store("large.xlsx", SourceCorpus.ZipOf(parts));

        Assert.StartsWith("Reading this file took more than 32.0 MB of memory", Read(Readers(ReaderProgram.OfThisPortal()).Open(large, null, Ct)).Words, StringComparison.Ordinal);

        Assert.SkipUnless(OperatingSystem.IsLinux(), "The kernel's limit of processor time is Linux'.");
        (_options.MaxReaderBytes, _options.MaxReaderCpu) = (256L << 20, TimeSpan.FromSeconds(1));
        using var slow = Store("slow.xlsx", SourceCorpus.Book($"<worksheet><sheetData>{string.Concat(Enumerable.Repeat("<row><c><v>1</v></c></row>", 1_500_000))}</sheetData></worksheet>"));

        Assert.StartsWith("Reading this file took more than 1 seconds of a processor's time", Read(Readers(ReaderProgram.OfThisPortal()).Open(slow, null, Ct)).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProcess_WhosePortalIsGone_EndsInTheMidstOfItsWork()
    {
        using var stored = Store("big.zip", SourceCorpus.ZipOf(("a.csv", new byte[40 << 20])));
        var limits = ReaderLimits.Of(stored.Name, _options);
        using var process = Process.Start(ReaderProgram.OfThisPortal().StartInfo(limits.HeapBytes))!;
        _ = process.StandardError.ReadToEndAsync(Ct);
        var pipe = process.StandardInput.BaseStream;
        ReaderFrame.Send(pipe, (byte)ReaderAsk.Open, limits.Add(new FrameWriter().Add(stored.Name)).Written);
        ReaderFrame.Send(pipe, (byte)ReaderAsk.Item, new FrameWriter().Add(new SourceHere(stored, _options).Items()[0]).Written);
        // Nobody takes the answer: it is writing when the pipe closes, as the kernel closes it for a portal that was killed.
        ReaderFrame.Send(pipe, (byte)ReaderAsk.Read, []);
        Assert.Equal((byte)ReaderAnswer.Done, ReaderFrame.Receive(process.StandardOutput.BaseStream)?.Kind);

        pipe.Close();

        await process.WaitForExitAsync(Ct);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task WhereNoneCanBeStarted_ItIsSaidAtTheStart_AndSuchFilesAreRefused_OrReadInThePortal()
    {
        var readers = Readers(new ReaderProgram(Path.Combine(_folder, "missing"), []));
        using var stored = Store("a.zip", SourceCorpus.Zip(("a.csv", "text,label\na,b\n")));
        using var plain = Store("a.csv", SourceCorpus.Bytes("text,label\na,b\n"));

        var trial = new Trial();
        await trial.RunAsync(readers, _options);
        Assert.Contains("refused", Assert.Single(trial.Said), StringComparison.Ordinal);
        Assert.Contains("cannot be read on this server", Assert.Throws<PortalException>(() => readers.Open(stored, null, Ct)).Message, StringComparison.Ordinal);
        Assert.Equal(1, Read(readers.Open(plain, null, Ct)).Rows);
        _options.ReadIn = ReaderPlace.OwnProcessIfPossible;
        Assert.Equal(1, Read(readers.Open(stored, null, Ct)).Rows);
        await trial.RunAsync(readers, _options);
        Assert.Contains("read inside the portal", trial.Said[^1], StringComparison.Ordinal);
        await trial.RunAsync(Readers(ReaderProgram.OfThisPortal()), _options);
        Assert.Contains("in a process of their own", trial.Said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void AProcess_GetsNothingOfThePortalsSurroundings()
    {
        var start = ReaderProgram.OfThisPortal().StartInfo(1 << 20);

        Assert.NotNull(Environment.GetEnvironmentVariable("PATH"));
        Assert.All(start.Environment.Keys, name => Assert.True(name.StartsWith("DOTNET_", StringComparison.Ordinal) || name is "TMPDIR" or "TEMP" or "TMP" or "SystemRoot", name));
        Assert.DoesNotContain("DOTNET_STARTUP_HOOKS", start.Environment.Keys);
    }

    [Fact]
    public async Task AnImport_ByAnotherProcess_IsTheSame_AndOneThatCannotBeReadFailsInWords()
    {
        using var kit = new DataKit();
        kit.Options.ReadIn = ReaderPlace.OwnProcess;
        var projectId = await kit.CreateProjectAsync();
        var rows = string.Concat(Enumerable.Range(0, 600).Select(i => $"question {i},p{i % 3}.png,answer {i % 7}\n"));
        var zip = SourceCorpus.ZipOf([("train.csv", SourceCorpus.Bytes("text,file,label\n" + rows)), .. Enumerable.Range(0, 3).Select(i => ($"p{i}.png", MediaSamples.Png(10 + i, 10)))]);

        var import = await kit.ImportAsync(projectId, zip, "train.zip");

        Assert.Equal((ImportState.Imported, 600, 600), (import.State, import.ReadCount, import.AcceptedCount));
        var book = await kit.ImportAsync(projectId, SourceCorpus.Book("<worksheet><sheetData>" + string.Concat(Enumerable.Range(0, 2_500).Select(i =>
            $"<row><c t=\"inlineStr\"><is><t>{(i is 0 ? "text" : $"question {i}")}</t></is></c><c t=\"inlineStr\"><is><t>{(i is 0 ? "label" : $"answer {i % 7}")}</t></is></c></row>")) + "</sheetData></worksheet>"), "train.xlsx");
        Assert.Equal((ImportState.Imported, 2_499, 2_499), (book.State, book.ReadCount, book.AcceptedCount));

        Assert.SkipWhen(OperatingSystem.IsWindows(), "The bad process is a shell script.");
        var receipt = await kit.Uploads.ReceiveAsync(projectId, "other.zip", new MemoryStream(SourceCorpus.Zip(("a.csv", DataKit.Csv(30)))), null, Ct);
        var preview = await kit.Datasets.PreviewAsync(receipt.ImportId, null, Ct);
        var startedId = await kit.Datasets.StartImportAsync(receipt.ImportId, preview.Layout, preview.Mapping, Ct);
        var broken = new DataKit(kit.Database, Script("exit 3"));
        broken.Options.ReadIn = ReaderPlace.OwnProcess;
        await broken.Imports.RunAsync(kit.Database.Scope.TenantId, startedId, Ct);
        var failed = (await kit.Datasets.OverviewAsync(projectId, Ct)).Imports.Single(i => i.Id == startedId);
        Assert.Equal(ImportState.Failed, failed.State);
        Assert.Contains("made its reader fail", failed.Failure, StringComparison.Ordinal);
    }

    /// <summary>What the start says.</summary>
    private sealed class Trial : ILogger<ReaderTrial>
    {
        public List<string> Said { get; } = [];

        public async Task RunAsync(SourceReader readers, DataOptions options)
        {
            using var trial = new ReaderTrial(readers, Options.Create(options), this);
            await trial.StartAsync(Ct);
            await (trial.ExecuteTask ?? Task.CompletedTask);
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add(formatter(state, exception));
    }

    private static byte[] Content(Stream content)
    {
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        content.Dispose();
        return copy.ToArray();
    }

    /// <summary>What comes of a file, to its last cell.</summary>
    private static (int Rows, string Words) Read(UploadedSource source, bool rethrow = false)
    {
        using (source)
        {
            try
            {
                var layout = source.Inspect();
                using var records = source.Rows(layout);
                var (rows, hash) = (0, new HashCode());
                hash.Add(layout);
                foreach (var column in records.Columns)
                {
                    hash.Add(column);
                }

                while (records.Read())
                {
                    rows++;
                    hash.Add((records.Number, records.Line, records.Problem, records.Raw, records.FaultAt(0)));
                    foreach (var value in records.Values)
                    {
                        hash.Add(value);
                    }
                }

                return (rows, hash.ToHashCode().ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (PortalException refused) when (!rethrow)
            {
                return (0, refused.Message);
            }
        }
    }

    private static async Task GoneAsync(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            // A dead one that nobody has asked after yet is a zombie for an instant.
            await WaitAsync(() => Directory.Exists($"/proc/{id}") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal) ? null : id);
        }
    }

    private static async Task<T> WaitAsync<T>(Func<T?> look) where T : class
    {
        for (; ; await Task.Delay(20, Ct))
        {
            try
            {
                if (look() is { } found)
                {
                    return found;
                }
            }
            catch (IOException)
            {
                // It went while it was looked at, or is being written.
            }
        }
    }

    private static ReaderProgram Script(string script) => new("/bin/sh", ["-c", script]);

    private SourceReader Readers(ReaderProgram program)
    {
        var readers = new SourceReader(program, Options.Create(_options), NullLogger<SourceReader>.Instance);
        _open.Add(readers);
        return readers;
    }

    private FileStream Store(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return File.OpenRead(path);
    }
}
