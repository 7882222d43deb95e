using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

public enum RowFilter
{
    CandidateWrong,
    BaselineWrong,
    BothWrong,

    /// <summary>The baseline did better.</summary>
    Regressions,
}

/// <summary>What one candidate said to a row.</summary>
public sealed record RowAnswer(string CandidateId, string Answer, double Score, bool IsRight, bool IsOutside, string? Error);

/// <summary>A sealed row with what each candidate said, the baseline first.</summary>
public sealed record EvaluatedRow(int Number, string Input, string Expected, IReadOnlyList<RowAnswer> Answers);

public sealed record RowPage(int Total, IReadOnlyList<EvaluatedRow> Rows);

/// <summary>
/// Sealed rows for reading, after the fact: only of an evaluation that is done, only for members who may see results, and
/// every opening is a look on record.
/// </summary>
public sealed class EvaluationRows(
    IDbContextFactory<PortalDbContext> dbs, EvaluationService evaluations, ProjectService projects, ExampleService examples, CurrentMember current)
{
    public const int PageSize = 25;

    /// <summary>A row below it is wrong: for texts, less than half of what was expected.</summary>
    private const double Wrong = 0.5;

    public bool IsAllowed => current.May(Permission.ReadRows);

    public async Task OpenAsync(string projectId, string evaluationId, CancellationToken ct)
    {
        var detail = await RequireAsync(projectId, evaluationId, ct);
        await examples.RecordLookAsync(detail.Evaluation.VersionId, $"Failures of evaluation {detail.Evaluation.Number} read", ct);
    }

    /// <param name="numbers">Only these rows, such as those behind a confusion; null for all.</param>
    public async Task<RowPage> ReadAsync(
        string projectId, string evaluationId, string candidateId, RowFilter filter, IReadOnlyList<int>? numbers, int page, CancellationToken ct)
    {
        var detail = await RequireAsync(projectId, evaluationId, ct);
        var candidate = detail.Candidates.FirstOrDefault(c => c.CandidateId == candidateId) ?? throw new NotFoundException("candidate");
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (mine, baseline) = (candidate.RunId, detail.Baseline.RunId);
        var pairs = from answer in db.CandidateAnswers.AsNoTracking()
                    join before in db.CandidateAnswers on answer.Number equals before.Number
                    where answer.RunId == mine && before.RunId == baseline
                    select new { answer.Number, Now = answer.Score, Before = before.Score };
        pairs = filter switch
        {
            _ when numbers is not null => pairs.Where(p => numbers.Contains(p.Number)),
            RowFilter.BaselineWrong => pairs.Where(p => p.Before < Wrong),
            RowFilter.BothWrong => pairs.Where(p => p.Now < Wrong && p.Before < Wrong),
            RowFilter.Regressions => pairs.Where(p => p.Now < p.Before),
            _ => pairs.Where(p => p.Now < Wrong),
        };
        var total = await pairs.CountAsync(ct);
        var wanted = await pairs.OrderBy(p => p.Number).Skip((Math.Max(1, page) - 1) * PageSize).Take(PageSize).Select(p => p.Number).ToListAsync(ct);
        return new RowPage(total, await RowsAsync(db, detail, wanted, ct));
    }

    private async Task<IReadOnlyList<EvaluatedRow>> RowsAsync(PortalDbContext db, EvaluationDetail detail, List<int> numbers, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(detail.Evaluation.ProjectId, ct);
        var runIds = detail.Candidates.Select(c => c.RunId).ToList();
        var answers = (await db.CandidateAnswers.AsNoTracking().Where(a => runIds.Contains(a.RunId) && numbers.Contains(a.Number)).ToListAsync(ct))
            .ToDictionary(a => (a.RunId, a.Number));
        var rows = new List<EvaluatedRow>();
        foreach (var number in numbers)
        {
            // Through the one door to the sealed rows, which reads them in order: the row after the number before.
            var read = await examples.ReadSealedAsync(detail.Evaluation.VersionId, number - 1, 1, ct);
            var example = read is [var found] && found.Number == number ? found : new VersionExample(number, "This row was erased.", "", Split.Test);
            rows.Add(new EvaluatedRow(number, example.Input, example.Output,
            [
                .. detail.Candidates.Where(c => answers.ContainsKey((c.RunId ?? "", number))).Select(c => (c.CandidateId, Said: answers[(c.RunId ?? "", number)]))
                    .Select(a => new RowAnswer(
                        a.CandidateId, a.Said.Answer, a.Said.Score, a.Said.Error is null && a.Said.Score >= Wrong,
                        a.Said.Error is null && AnswerScore.IsOutside(task, a.Said.Answer), a.Said.Error)),
            ]));
        }

        return rows;
    }

    private async Task<EvaluationDetail> RequireAsync(string projectId, string evaluationId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        var detail = await evaluations.GetAsync(projectId, evaluationId, ct);
        return detail.Evaluation.State is not EvaluationState.Succeeded ? throw new PortalException("The rows stay sealed until the evaluation is done.")
            : detail;
    }
}
