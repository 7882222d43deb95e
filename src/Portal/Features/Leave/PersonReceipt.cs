using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Portal.Features.Leave;

/// <summary>A file as the receipt names it.</summary>
public sealed record ErasedFile(string Name, long Length, string Sha256);

/// <summary>What was removed where, what has learnt it, and what stays. What was looked for is not in it.</summary>
public sealed record PersonReceipt(
    string Id, string AskedByName, DateTime AskedAt, DateTime BegunAt, DateTime EndedAt, IReadOnlyDictionary<string, long> Removed, IReadOnlyList<FoundVersion> Versions,
    IReadOnlyList<ErasedFile> Files, IReadOnlyList<MarkedModel> Models, IReadOnlyList<string> PartlySearched, IReadOnlyList<string> Notes, IReadOnlyList<KeptPart> Kept)
{
    private static readonly string[] s_searched =
    [
        "Rows worked on, those set aside or in quarantine included, and what stood in them before they were edited",
        "Rows of every version, sealed ones included",
        "Uploaded files, imported or not; of an archive or a workbook the part that was imported",
        "Examples in prompts, what models answered, words of findings and of failures, names of columns",
        "What reviewers said, texts kept of calls, comments and corrected answers of feedback, answers kept for programs that repeat a call",
        "What redaction keeps, so that placeholders are told by what they hide",
    ];

    private static readonly KeptPart[] s_kept =
    [
        new("Google", "Tuned models that learnt the rows", "A model cannot unlearn a row. They are marked; tune again on the new version and delete the old model at Google to be rid of it."),
        new("Google", "The record of each tuning job", "Vertex AI has no way to delete one. It holds settings, statistics, and samples of a few training messages."),
        new("Google", "Prompts logged for abuse monitoring", "Google may log prompts for a time under its terms of service; the portal cannot reach them. Training files and the files of their rows in the bucket were deleted when each job ended."),
        new("The portal", "Places and hashes of the rows", "A hash shows that a version was what it was. The text cannot be read out of it; only whoever already knows the whole row could tell it by the hash."),
        new("The portal", "Scores", "What models got right and wrong on these rows stays counted; what they answered is gone."),
        new("The portal", "What your people wrote themselves", "Goals, instructions, labels, notes and names of projects and files are not rows, and are not searched."),
        new("The portal", "What other rows show", "Inside of pictures, sounds, films and documents nothing is searched. Those that only erased rows named are removed; one that another row names is that row's."),
        new("The database", "Backups", "They pass with the time for which whoever runs the portal keeps them."),
    ];

    /// <summary>Where it was looked for.</summary>
    public IReadOnlyList<string> Searched { get; init; } = [];

    public static PersonReceipt Of(PersonErasure erasure, DateTime now)
    {
        var ledger = erasure.Ledger;
        return new PersonReceipt(
            erasure.Id, erasure.AskedByName, erasure.AskedAt, erasure.BegunAt ?? now, now, ledger.Removed, ledger.Versions,
            [.. ledger.Files.Select(f => new ErasedFile(f.Name, f.Length, f.Sha256))], ledger.Models, ledger.PartlySearched, NotesOf(ledger), s_kept) { Searched = s_searched };
    }

    private static IReadOnlyList<string> NotesOf(PersonLedger ledger) =>
        ledger.Spared.Count is 0 ? ledger.Notes : [.. ledger.Notes, $"Taken out as somebody else's before the erasure: {ledger.Spared.Count:N0} {(ledger.Spared.Count is 1 ? "row" : "rows")}."];

    public static PersonReceipt? Parse(string stored) => stored is "" ? null : JsonSerializer.Deserialize<PersonReceipt>(stored, ArchiveManifest.Json);

    public (string Json, string Hash) Seal()
    {
        var json = JsonSerializer.Serialize(this, ArchiveManifest.Json);
        return (json, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
    }
}
