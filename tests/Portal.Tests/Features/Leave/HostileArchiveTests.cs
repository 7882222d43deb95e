using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Features.Leave;
using Xunit;

namespace Portal.Tests.Features.Leave;

/// <summary>Archives that somebody has tampered with, each in one way: refused in words that say where, and nothing of them is kept.</summary>
public sealed class HostileArchiveTests(EvaluatedOrganization source, HostileArchiveTests.Target target) : IClassFixture<EvaluatedOrganization>, IClassFixture<HostileArchiveTests.Target>
{
    private static readonly Dictionary<string, (Action<ArchiveCopy> Change, string Words)> s_forged = new()
    {
        ["content hash"] = (a => a.Set("DatasetVersion", "contentHash", new string('0', 64)), "The content hash of version"),
        ["sealed hash"] = (a => a.Set("DatasetVersion", "testDigest", new string('0', 64)), "The hash of the sealed split of version"),
        ["frozen row"] = (a => a.Set("FrozenExample", "input", "another"), "The content hash of version"),
        ["split counts"] = (a => a.Set("DatasetVersion", "trainCount", 13), "The rows by split of version"),
        ["run's score"] = (a => Within(a, "CandidateRun", "metrics", m => m["score"] = 0.99), "A figure of run"),
        ["run's cost"] = (a => Within(a, "CandidateRun", "metrics", m => m["costPerThousandMicros"] = 1), "costPerThousandMicros, is 1 in the archive"),
        ["run without figures"] = (a => a.Set("CandidateRun", "metrics", null), "A figure of run"),
        ["evaluation's p"] = (a => Text(a, "EvaluatedCandidate", "resultJson", 1, t => Regex.Replace(t, "\"P\":[0-9.Ee-]+", "\"P\":0.9999")), "toBaseline.p, is 0.9999"),
        ["evaluation's interval"] = (a => Text(a, "EvaluatedCandidate", "resultJson", 1, t => t.Replace("\"Low\":0.", "\"Low\":0.9", StringComparison.Ordinal)), "value.low, is 0.9"),
        ["evaluation's verdict"] = (a => Text(a, "EvaluatedCandidate", "resultJson", 1, t => Regex.Replace(t, "\"Verdict\":\"[A-Za-z]+\"", "\"Verdict\":\"Worse\"")), "verdict, is \"Worse\""),
        ["evaluation against what is live"] = (a => Text(a, "EvaluatedCandidate", "resultJson", 1, t => t.Replace("\"New\":{\"Rows\":30", "\"New\":{\"Rows\":31", StringComparison.Ordinal)), "toLive.new.rows, is 31"),
        ["evaluation against nobody"] = (a => Text(a, "EvaluatedCandidate", "resultJson", 0, t => t.Replace("\"JudgedBy\":1", "\"JudgedBy\":77", StringComparison.Ordinal)), "compared with as live is not in it"),
        ["answer's score"] = (a => Flip(a), "The score of row"),
        ["answer outside"] = (a => a.Set("CandidateAnswer", "number", 99_999), "which its version does not have"),
        ["answer left out"] = (a => a.SetLines("CandidateAnswer", a.Lines("CandidateAnswer").Skip(1)), "The answered and failed rows of run"),
        ["usage"] = (a => a.Set("UsageEvent", "amountMicros", 1), "The usage of"),
        ["another's tenant"] = (a => a.Set("Project", "tenantId", "org_other"), "there is no column \"tenantId\""),
        ["unknown column"] = (a => a.Set("Project", "isAdmin", true), "tables/Project.jsonl, line 1: there is no column"),
        ["name too long"] = (a => a.Set("Project", "name", new string('x', 121)), "Name has 121 characters; 120 is the most"),
        ["wrong type"] = (a => a.Set("Project", "createdAt", 5), "CreatedAt is not of its type"),
        ["unknown word"] = (a => a.Set("CandidateRun", "state", "Dancing"), "State is none of"),
        ["number for a word"] = (a => a.Set("CandidateRun", "state", "2"), "State is none of"),
        ["no text"] = (a => a.Set("Project", "name", null), "Name must not be empty"),
        ["NUL"] = (a => a.Set("Project", "name", "a\0b"), "no database takes"),
        ["id that leads out"] = (a => a.Set("Project", "id", "../../x"), "Id is no id"),
        ["reference outside"] = (a => a.Set("CandidateRun", "candidateId", "cnd_elsewhere"), "CandidateId names a row of Candidate that is not in the archive"),
        ["place that is an address"] = (a => a.Set("TuningJob", "location", "evil.example/"), "Location is no place of Google's"),
        ["target"] = (a => a.Set("TaskDefinition", "target", 1.5), "Target is 1.5"),
        ["labels"] = (a => a.Set("TaskDefinition", "labelLines", string.Join('\n', Enumerable.Range(0, 1_001))), "more than 1,000 labels"),
        ["endpoint's name"] = (a => a.Set("Endpoint", "name", "../v1"), "tables/Endpoint.jsonl, line 1: Callers write the name"),
        ["endless money"] = (a => a.Set("UsageEvent", "amountMicros", long.MaxValue), "AmountMicros is 9,223,372,036,854,775,807, which nothing can cost"),
        ["half a character"] = (a => a.SetLines("Project", a.Lines("Project").Select(l => l.Replace("Triage", "\\ud800", StringComparison.Ordinal))), "Name is not of its type"),
        ["organization's name"] = (a => a.Manifest["organization"]!["id"] = "../org", "whose archive it is"),
        ["row twice"] = (a => a.SetLines("Example", [.. a.Lines("Example"), .. a.Lines("Example")]), "the database refuses"),
        ["project twice"] = (a => a.SetLines("Project", [.. a.Lines("Project"), .. a.Lines("Project")]), "it stands there twice"),
        ["row count"] = (a => a.Manifest["tables"]![0]!["rows"] = 77, "and its manifest says 77"),
        ["file elsewhere"] = (a => a.Set("DatasetImport", "blobName", "export/theirs"), "names an uploaded file that is not in the archive"),
        ["file's hash"] = (a => a.Set("DatasetImport", "sha256", new string('0', 64)), "it says of its file"),
        ["broken JSON in a column"] = (a => a.Set("Recipe", "shotsJson", "{"), "cannot be read from its columns"),
        ["audit entry changed"] = (a => a.Set("AuditEntry", "actorName", "Mallory"), "Its audit log is not as it was written: entry 1"),
        ["audit entry left out"] = (a => a.SetLines("AuditEntry", a.Lines("AuditEntry").SkipLast(1)), "it ends at entry"),
        ["audit log left out"] = (a => a.SetLines("AuditEntry", []), "and has no entries"),
        ["newer version"] = (a => a.Manifest["version"] = 99, "made by a newer portal"),
        ["no version"] = (a => a.Manifest.Remove("version"), "format version 0"),
        ["other format"] = (a => a.Manifest["format"] = "tar", "of something else"),
        ["null in the manifest"] = (a => a.Manifest["organization"] = null, "manifest.json is not as it should be"),
        ["unknown table"] = (a => a.Manifest["tables"]!.AsArray().Add(JsonNode.Parse("""{"name":"Member","path":"tables/Member.jsonl","rows":1}""")), "which this portal does not know"),
        ["unnamed file"] = (a => a.More.Add(("tables/Member.jsonl", [])), "which its manifest does not name"),
        ["name that leads out"] = (a => a.More.Add(("../../etc/passwd", [])), "leads out of it"),
        ["entry twice"] = (a => a.More.Add(("README.txt", [])), "twice"),
        ["missing file"] = (a => a.Files.Remove("README.txt"), "which is not in it"),
        ["bomb"] = (a => a.Files["README.txt"] = new byte[80 << 20], "unpacks to far more"),
    };

    public static TheoryData<string> Names => [.. s_forged.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Import_OfAForgedArchive_IsRefusedWithThePlaceAndLeavesNothing(string what)
    {
        var archive = new ArchiveCopy(source.Archive);
        s_forged[what].Change(archive);

        await AssertRefusedAsync(archive.ToBytes(), s_forged[what].Words);
    }

    [Fact]
    public async Task Import_OfADamagedArchive_IsRefused()
    {
        var changed = new ArchiveCopy(source.Archive);
        changed.Set("Project", "name", "Another");

        await AssertRefusedAsync(changed.ToBytes(@sealed: false), "\"tables/Project.jsonl\" is not what its manifest says");
        await AssertRefusedAsync(source.Archive[..(source.Archive.Length / 2)], "it was probably cut off");
        await AssertRefusedAsync("hello"u8.ToArray(), "damaged");
    }

    private async Task AssertRefusedAsync(byte[] archive, string words)
    {
        var kit = new ImportKit(target.Rig);
        await kit.FoundAsync();

        var import = await kit.UploadAsync(archive);
        if (import.State is ArchiveImportState.Ready)
        {
            import = await kit.ConfirmAsync(import.Id);
        }

        Assert.Equal(ArchiveImportState.Failed, import.State);
        Assert.Contains(words, import.Failure, StringComparison.Ordinal);
        Assert.Empty(await kit.LeftAsync());
        Assert.Empty(kit.Blobs());
    }

    private static void Within(ArchiveCopy archive, string table, string column, Action<JsonObject> change)
    {
        var value = archive.Row(table)[column]!.DeepClone().AsObject();
        change(value);
        archive.Set(table, column, value);
    }

    private static void Text(ArchiveCopy archive, string table, string column, int row, Func<string, string> change) =>
        archive.Set(table, column, change((string)archive.Row(table, row)[column]!), row);

    private static void Flip(ArchiveCopy archive)
    {
        archive.Set("CandidateAnswer", "isCorrect", !(bool)archive.Row("CandidateAnswer")["isCorrect"]!);
        archive.Set("CandidateAnswer", "score", 1 - (double)archive.Row("CandidateAnswer")["score"]!);
    }

    public sealed class Target : IDisposable
    {
        internal LeaveRig Rig { get; } = new();

        public void Dispose() => Rig.Dispose();
    }
}
