using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// Computes every figure anew from the rows that were taken in, by the code that computed it first, and compares it with the one in the
/// archive. The first that differs fails the import.
/// </summary>
/// <param name="db">In the transaction of the import: it sees the rows that nobody else sees yet.</param>
internal sealed class FigureCheck(PortalDbContext db, ArchiveManifest manifest)
{
    /// <summary>Two machines may differ in the last digits of a fraction, and in nothing that is shown.</summary>
    private const double Tolerance = 1e-9;

    private readonly List<string> _older = [];
    private readonly Dictionary<string, TaskDefinition> _tasks = [];

    public async Task<FigureReport> RunAsync(long rows, CancellationToken ct)
    {
        try
        {
            return await ComputeAsync(rows, ct);
        }
        catch (Exception wrong) when (wrong is ArithmeticException or ArgumentException)
        {
            throw ArchiveReader.Refused("One of its figures cannot be computed from its rows: they are out of any range.", wrong);
        }
    }

    private async Task<FigureReport> ComputeAsync(long rows, CancellationToken ct)
    {
        foreach (var task in await db.TaskDefinitions.AsNoTracking().ToListAsync(ct))
        {
            _tasks[task.ProjectId] = task;
        }

        var versions = await EachAsync(db.DatasetVersions.AsNoTracking().Where(v => v.State == VersionState.Frozen).OrderBy(v => v.Id), v => CheckAsync(v, ct), ct);
        var runs = await EachAsync(db.CandidateRuns.AsNoTracking().Where(r => r.State == RunState.Succeeded).OrderBy(r => r.Id), r => CheckAsync(r, ct), ct);
        var evaluations = await EachAsync(db.EvaluationRuns.AsNoTracking().Where(e => e.State == EvaluationState.Succeeded).OrderBy(e => e.Id), e => CheckAsync(e, ct), ct);
        return new FigureReport(versions, runs, evaluations, await CheckUsageAsync(ct), rows, _older);
    }

    private static async Task<int> EachAsync<T>(IQueryable<T> rows, Func<T, Task> check, CancellationToken ct)
    {
        var all = await rows.ToListAsync(ct);
        foreach (var one in all)
        {
            await check(one);
        }

        return all.Count;
    }

    private async Task CheckAsync(DatasetVersion version, CancellationToken ct)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var test = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counts = new int[3];
        void Take(byte[] hash, Split split)
        {
            all.AppendData(hash);
            all.AppendData([(byte)split]);
            if (split is Split.Test)
            {
                test.AppendData(hash);
            }
        }

        // Of a row that was erased the hash is left, in its place.
        var erased = new Queue<ErasedRow>(await db.ErasedRows.AsNoTracking().Where(e => e.VersionId == version.Id).OrderBy(e => e.Number).ToListAsync(ct));
        var gone = erased.Count;
        await foreach (var row in db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == version.Id).OrderBy(e => e.Number).AsAsyncEnumerable().WithCancellation(ct))
        {
            while (erased.TryPeek(out var before) && before.Number < row.Number)
            {
                Take(HashOf(erased.Dequeue()), before.Split);
            }

            Take(FrozenExample.HashOf(row.Input, row.Output, row.System, row.Content), row.Split);
            counts[(int)row.Split]++;
        }

        foreach (var last in erased)
        {
            Take(HashOf(last), last.Split);
        }

        var name = $"of version {version.Number} ({version.Id})";
        Compare($"The content hash {name}", version.ContentHash, Convert.ToHexStringLower(all.GetHashAndReset()));
        Compare($"The hash of the sealed split {name}", version.TestDigest, Convert.ToHexStringLower(test.GetHashAndReset()));
        Compare($"The erased rows {name}", Counts(version.ErasedCount), Counts(gone));
        Compare($"The rows by split {name}", Counts(version.TrainCount, version.ValidationCount, version.TestCount), Counts(counts[0], counts[1], counts[2]));
    }

    private static byte[] HashOf(ErasedRow row) => row.Hash.Length is 64 && row.Hash.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(row.Hash) : throw ArchiveReader.Refused($"The hash of erased row {row.Number} is none.");

    /// <summary>Figures over rows of which some were erased since cannot be computed again: they are kept, and counted in the report.</summary>
    private async Task<bool> HasLostRowsAsync(string versionId, Split split, string name, CancellationToken ct) =>
        LostRows(await db.ErasedRows.AnyAsync(e => e.VersionId == versionId && e.Split == split, ct), name);

    private async Task<bool> HasLostRowsAsync(IReadOnlyList<string> versionIds, string name, CancellationToken ct) =>
        LostRows(await db.ErasedRows.AnyAsync(e => versionIds.Contains(e.VersionId), ct), name);

    private bool LostRows(bool are, string name)
    {
        if (are)
        {
            _older.Add($"The figures {name}, some of whose rows were erased");
        }

        return are;
    }

    /// <summary>An answer that repeated an erased value is gone from whichever row it was to, and figures over it are kept like those over erased rows.</summary>
    private bool HasLostAnswers(IEnumerable<CandidateAnswer> answers, string name)
    {
        if (!answers.Any(IsErased))
        {
            return false;
        }

        _older.Add($"The figures {name}, some of whose answers were erased");
        return true;
    }

    /// <summary>The model wrote something that is not there any more.</summary>
    private static bool IsErased(CandidateAnswer answer) => answer is { Error: null, Answer: "", OutputTokens: > 0 };

    private async Task CheckAsync(CandidateRun run, CancellationToken ct)
    {
        var name = $"of run {run.Id}";
        if (await HasLostRowsAsync(run.VersionId, run.Split, name, ct))
        {
            return;
        }

        var (expected, answers) = (await ExpectedAsync(run.VersionId, run.Split, ct), await AnswersAsync(run, ct));
        Compare($"The answered and failed rows {name}", Counts(run.Done, run.FailedCount), Counts(answers.Count(a => a.Error is null), answers.Count(a => a.Error is not null)));
        var task = TaskOf(run.ProjectId, name);
        CheckScores(run, task, name, expected, answers);
        if (HasLostAnswers(answers, name))
        {
            return;
        }

        CompareFigures($"a figure {name}", run.Metrics, RunMetrics.Of(task, run.Metric, run.Prices, Inside(expected, answers, name), answers), task, run.EndedAt);
    }

    private void CheckScores(CandidateRun run, TaskDefinition task, string name, IReadOnlyDictionary<int, string> expected, List<CandidateAnswer> answers)
    {
        foreach (var answer in answers.Where(a => a.Error is null && !IsErased(a) && expected.ContainsKey(a.Number)))
        {
            var (isCorrect, score) = (AnswerScore.IsCorrect(task, expected[answer.Number], answer.Answer), AnswerScore.Of(task, expected[answer.Number], answer.Answer));
            if (answer.IsCorrect != isCorrect || !Same(answer.Score, score))
            {
                Differ($"The score of row {answer.Number} {name}", $"{answer.Score} ({answer.IsCorrect})", $"{score} ({isCorrect})", task, run.EndedAt);
                return;
            }
        }
    }

    private async Task CheckAsync(EvaluationRun evaluation, CancellationToken ct)
    {
        var name = $"of evaluation {evaluation.Number} ({evaluation.Id})";
        if (await HasLostRowsAsync(evaluation.VersionId, Split.Test, name, ct))
        {
            return;
        }

        var parts = await db.EvaluatedCandidates.AsNoTracking().Where(c => c.EvaluationId == evaluation.Id).OrderBy(c => c.Place).ToListAsync(ct);
        var expected = await ExpectedAsync(evaluation.VersionId, Split.Test, ct);
        var task = TaskOf(evaluation.ProjectId, name);
        List<AnsweredRun> answered = [];
        foreach (var part in parts)
        {
            var run = await db.CandidateRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == part.RunId, ct);
            if (run is not { Metrics: { } metrics, Split: Split.Test } || run.VersionId != evaluation.VersionId)
            {
                throw ArchiveReader.Refused($"The {part.Place + 1}. candidate {name} has no finished run over its sealed rows.");
            }

            answered.Add(new AnsweredRun(await AnswersAsync(run, ct), metrics));
            Inside(expected, answered[^1].Answers, name);
        }

        if (HasLostAnswers(answered.SelectMany(a => a.Answers), name))
        {
            return;
        }

        var live = await LiveFigures.FindAsync(db, evaluation, parts, ct);
        if (live is { VersionIds: var others } && await HasLostRowsAsync(others, name, ct))
        {
            return;
        }

        foreach (var (part, result) in parts.Zip(EvaluationScoring.Of(task, expected, answered, live?.Rows)))
        {
            CompareFigures($"a figure of {part.Name} {name}", part.Result, result, task, evaluation.EndedAt);
        }
    }

    private async Task<int> CheckUsageAsync(CancellationToken ct)
    {
        var here = (await UsageSum.OfAllAsync(db, ct)).ToDictionary(s => (s.Month, s.Meter, s.Currency));
        foreach (var sum in manifest.Usage)
        {
            here.Remove((sum.Month, sum.Meter, sum.Currency), out var found);
            Compare($"The usage of {sum.Meter} in {sum.Month}", Counts(sum.Quantity, sum.AmountMicros), Counts(found?.Quantity ?? 0, found?.AmountMicros ?? 0));
        }

        if (here.Values.FirstOrDefault() is { } more)
        {
            Compare($"The usage of {more.Meter} in {more.Month}", Counts(0, 0), Counts(more.Quantity, more.AmountMicros));
        }

        return manifest.Usage.Count;
    }

    private Task<Dictionary<int, string>> ExpectedAsync(string versionId, Split split, CancellationToken ct) =>
        db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && e.Split == split).Select(e => new { e.Number, e.Output }).ToDictionaryAsync(e => e.Number, e => e.Output, ct);

    private Task<List<CandidateAnswer>> AnswersAsync(CandidateRun run, CancellationToken ct) =>
        db.CandidateAnswers.AsNoTracking().Where(a => a.RunId == run.Id).OrderBy(a => a.Number).ToListAsync(ct);

    private TaskDefinition TaskOf(string projectId, string name) => _tasks.GetValueOrDefault(projectId) ?? throw ArchiveReader.Refused($"The project {name} has no task.");

    private static Dictionary<int, string> Inside(Dictionary<int, string> expected, IReadOnlyList<CandidateAnswer> answers, string name) =>
        answers.FirstOrDefault(a => !expected.ContainsKey(a.Number)) is { } outside
            ? throw ArchiveReader.Refused($"An answer {name} is to row {outside.Number}, which its version does not have in that split.") : expected;

    private void CompareFigures<T>(string what, T? archived, T computed, TaskDefinition task, DateTime? at)
    {
        var difference = Difference(JsonSerializer.SerializeToElement(archived, ArchiveManifest.Compact), JsonSerializer.SerializeToElement(computed, ArchiveManifest.Compact), "");
        if (difference is { } found)
        {
            Differ($"{char.ToUpperInvariant(what[0])}{what[1..]}, {found.Path},", found.Archived, found.Computed, task, at);
        }
    }

    /// <summary>A task that was changed since gives other figures without anybody having touched these.</summary>
    private void Differ(string what, string archived, string computed, TaskDefinition task, DateTime? at)
    {
        if (task.UpdatedAt > at)
        {
            _older.Add(what.TrimEnd(','));
            return;
        }

        throw Different(what, archived, computed);
    }

    private static void Compare(string what, string archived, string computed)
    {
        if (archived != computed)
        {
            throw Different(what, archived, computed);
        }
    }

    private static PortalException Different(string what, string archived, string computed) =>
        ArchiveReader.Refused($"{what} is {ArchiveReader.Shown(archived)} in the archive, and {ArchiveReader.Shown(computed)} when it is computed from the archive's rows.");

    private static string Counts(params IEnumerable<long> counts) => string.Join(" / ", counts.Select(c => c.ToString("N0", CultureInfo.InvariantCulture)));

    private static bool Same(double one, double other) => one.Equals(other) || Math.Abs(one - other) <= Tolerance * Math.Max(1, Math.Max(Math.Abs(one), Math.Abs(other)));

    private static (string Path, string Archived, string Computed)? Difference(JsonElement archived, JsonElement computed, string path)
    {
        if (archived.ValueKind != computed.ValueKind)
        {
            return (path, archived.GetRawText(), computed.GetRawText());
        }

        switch (archived.ValueKind)
        {
            case JsonValueKind.Object:
                // The properties of both are those of one record.
                return computed.EnumerateObject().Select(p => Difference(archived.GetProperty(p.Name), p.Value, path is "" ? p.Name : $"{path}.{p.Name}")).FirstOrDefault(d => d is not null);
            case JsonValueKind.Array when archived.GetArrayLength() != computed.GetArrayLength():
                return ($"the length of {path}", $"{archived.GetArrayLength()}", $"{computed.GetArrayLength()}");
            case JsonValueKind.Array:
                return archived.EnumerateArray().Zip(computed.EnumerateArray()).Index()
                    .Select(e => Difference(e.Item.First, e.Item.Second, $"{path}[{e.Index}]")).FirstOrDefault(d => d is not null);
            case JsonValueKind.Number:
                return Same(archived.GetDouble(), computed.GetDouble()) ? null : (path, archived.GetRawText(), computed.GetRawText());
            default:
                return archived.GetRawText() == computed.GetRawText() ? null : (path, archived.GetRawText(), computed.GetRawText());
        }
    }
}
