using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// What repeats a value outside of the rows: prompts, answers, words of findings and failures, texts kept of calls. What is counted is what is
/// removed, for both go the same way. Scores and counts stay.
/// </summary>
/// <param name="remove">False only counts.</param>
internal sealed class PersonTraces(PortalDbContext db, PersonSought sought, bool remove)
{
    private const int AtOnce = 500;

    /// <summary>Placeholders are told by what redaction keeps, so that goes last.</summary>
    public static readonly IReadOnlyList<(string What, Func<PersonTraces, CancellationToken, Task<int>> RunAsync)> Kinds =
    [
        ("examples in prompts", (traces, ct) => traces.ShotsAsync(ct)),
        ("answers that repeat it", (traces, ct) => traces.AnswersAsync(ct)),
        ("answers of reviewers", (traces, ct) => traces.ReviewsAsync(ct)),
        ("drafts of synthetic rows", (traces, ct) => traces.DraftsAsync(ct)),
        ("words of findings", (traces, ct) => traces.FindingsAsync(ct)),
        ("words of failures", (traces, ct) => traces.FailuresAsync(ct)),
        ("column names", (traces, ct) => traces.ColumnsAsync(ct)),
        ("texts kept of calls", (traces, ct) => traces.CallsAsync(ct)),
        ("words of feedback", (traces, ct) => traces.FeedbackAsync(ct)),
        ("answers to programs", (traces, ct) => traces.AnswersToProgramsAsync(ct)),
        ("redacted values", (traces, ct) => traces.HiddenAsync(ct)),
    ];

    private async Task<int> ShotsAsync(CancellationToken ct)
    {
        var found = 0;
        foreach (var recipe in await db.Recipes.AsNoTracking().Where(r => r.ShotsJson != "[]").ToListAsync(ct))
        {
            var match = sought.In(recipe.ProjectId);
            found += await PersonTexts.RemoveShotsAsync(db, recipe, shot => match.IsInAny(shot.Input, shot.Output), remove, ct);
        }

        return found;
    }

    /// <summary>Answers to any row: a model can have learnt the value.</summary>
    private async Task<int> AnswersAsync(CancellationToken ct)
    {
        List<(string RunId, int Number)> found = [];
        var answers = from answer in db.CandidateAnswers.AsNoTracking()
                      join run in db.CandidateRuns on answer.RunId equals run.Id
                      where answer.Answer != "" || answer.Error != null
                      select new { answer.RunId, answer.Number, answer.Answer, answer.Error, run.ProjectId };
        await foreach (var answer in answers.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (sought.In(answer.ProjectId).IsInAny(answer.Answer, answer.Error))
            {
                found.Add((answer.RunId, answer.Number));
            }
        }

        foreach (var run in remove ? found.GroupBy(f => f.RunId) : [])
        {
            foreach (var numbers in run.Select(f => f.Number).Chunk(AtOnce))
            {
                await db.CandidateAnswers.Where(a => a.RunId == run.Key && numbers.Contains(a.Number))
                    .ExecuteUpdateAsync(set => set.SetProperty(a => a.Answer, "").SetProperty(a => a.Error, a => a.Error == null ? null : ""), ct);
            }
        }

        return found.Count;
    }

    /// <summary>What a reviewer said about any row; that it was said, and the verdict, stays.</summary>
    private async Task<int> ReviewsAsync(CancellationToken ct)
    {
        List<(string ReviewId, int Number, string UserId)> found = [];
        var answers = from answer in db.ReviewAnswers.AsNoTracking()
                      join review in db.Reviews on answer.ReviewId equals review.Id
                      where answer.Output != "" || answer.Comment != ""
                      select new { answer.ReviewId, answer.Number, answer.UserId, answer.Output, answer.Comment, review.ProjectId };
        await foreach (var answer in answers.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (sought.In(answer.ProjectId).IsInAny(answer.Output, answer.Comment))
            {
                found.Add((answer.ReviewId, answer.Number, answer.UserId));
            }
        }

        foreach (var (reviewId, number, userId) in remove ? found : [])
        {
            await db.ReviewAnswers.Where(a => a.ReviewId == reviewId && a.Number == number && a.UserId == userId)
                .ExecuteUpdateAsync(set => set.SetProperty(a => a.Output, "").SetProperty(a => a.Comment, ""), ct);
        }

        return found.Count;
    }

    /// <summary>What a model wrote and nobody has made a row of, and what somebody wished of it. Rows that were made of it are rows like any other.</summary>
    private async Task<int> DraftsAsync(CancellationToken ct)
    {
        var drafts = await IdsAsync(
            from draft in db.SyntheticDrafts
            join run in db.Augmentations on draft.AugmentationId equals run.Id
            where draft.Input != "" || draft.Output != ""
            select new Trace(draft.Id, run.ProjectId, draft.Input, draft.Output), ct);
        foreach (var ids in remove ? drafts.Chunk(AtOnce) : [])
        {
            await db.SyntheticDrafts.Where(d => ids.Contains(d.Id)).ExecuteDeleteAsync(ct);
        }

        var wishes = await IdsAsync(db.Augmentations.Where(a => a.Wish != "").Select(a => new Trace(a.Id, a.ProjectId, a.Wish, "")), ct);
        if (remove)
        {
            await db.Augmentations.Where(a => wishes.Contains(a.Id)).ExecuteUpdateAsync(set => set.SetProperty(a => a.Wish, ""), ct);
        }

        return drafts.Count + wishes.Count;
    }

    private async Task<int> FindingsAsync(CancellationToken ct)
    {
        var found = 0;
        var match = sought.Match;
        foreach (var finding in await db.Findings.AsNoTracking().Select(f => new { f.Id, f.Figure, f.Remedy, f.Repairs }).ToListAsync(ct))
        {
            if (!match.IsInAny(finding.Figure, finding.Remedy, finding.Repairs))
            {
                continue;
            }

            found++;
            var repairs = string.Join('\n', finding.Repairs.Split('\n').Where(line => !match.IsIn(line)));
            var (figure, remedy) = (match.IsIn(finding.Figure) ? "" : finding.Figure, match.IsIn(finding.Remedy) ? "" : finding.Remedy);
            if (remove)
            {
                await db.Findings.Where(f => f.Id == finding.Id).ExecuteUpdateAsync(set => set.SetProperty(f => f.Figure, figure).SetProperty(f => f.Remedy, remedy).SetProperty(f => f.Repairs, repairs), ct);
            }
        }

        return found;
    }

    /// <summary>What went wrong is told in words that may quote a row, ours or Google's.</summary>
    private async Task<int> FailuresAsync(CancellationToken ct)
    {
        var imports = await IdsAsync(db.DatasetImports.Where(i => i.Failure != "").Select(i => new Trace(i.Id, i.ProjectId, i.Failure, "")), ct);
        var runs = await IdsAsync(db.CandidateRuns.Where(r => r.Problem != "" || r.ProblemDetails != "").Select(r => new Trace(r.Id, r.ProjectId, r.Problem, r.ProblemDetails)), ct);
        var evaluations = await IdsAsync(db.EvaluationRuns.Where(e => e.Problem != "" || e.ProblemDetails != "").Select(e => new Trace(e.Id, e.ProjectId, e.Problem, e.ProblemDetails)), ct);
        var augmentations = await IdsAsync(db.Augmentations.Where(a => a.Problem != "" || a.ProblemDetails != "").Select(a => new Trace(a.Id, a.ProjectId, a.Problem, a.ProblemDetails)), ct);
        var jobs = await IdsAsync(db.TuningJobs.Where(j => j.Problem != "" || j.ProblemDetails != "").Select(j => new Trace(j.Id, j.ProjectId, j.Problem, j.ProblemDetails)), ct);
        if (remove)
        {
            await db.DatasetImports.Where(i => imports.Contains(i.Id)).ExecuteUpdateAsync(set => set.SetProperty(i => i.Failure, ""), ct);
            await db.CandidateRuns.Where(r => runs.Contains(r.Id)).ExecuteUpdateAsync(set => set.SetProperty(r => r.Problem, "").SetProperty(r => r.ProblemDetails, ""), ct);
            await db.EvaluationRuns.Where(e => evaluations.Contains(e.Id)).ExecuteUpdateAsync(set => set.SetProperty(e => e.Problem, "").SetProperty(e => e.ProblemDetails, ""), ct);
            await db.Augmentations.Where(a => augmentations.Contains(a.Id)).ExecuteUpdateAsync(set => set.SetProperty(a => a.Problem, "").SetProperty(a => a.ProblemDetails, ""), ct);
            await db.TuningJobs.Where(j => jobs.Contains(j.Id)).ExecuteUpdateAsync(set => set.SetProperty(j => j.Problem, "").SetProperty(j => j.ProblemDetails, ""), ct);
        }

        return imports.Count + runs.Count + evaluations.Count + augmentations.Count + jobs.Count;
    }

    /// <summary>Of a table that was read as if it had a header, the first row's values are the names of its columns.</summary>
    private async Task<int> ColumnsAsync(CancellationToken ct)
    {
        var found = await IdsAsync(db.DatasetImports.Where(i => i.MappingJson != "").Select(i => new Trace(i.Id, i.ProjectId, i.MappingJson, "")), ct);
        if (remove)
        {
            await db.DatasetImports.Where(i => found.Contains(i.Id)).ExecuteUpdateAsync(set => set.SetProperty(i => i.MappingJson, "").SetProperty(i => i.Shape, ""), ct);
        }

        return found.Count;
    }

    private async Task<int> CallsAsync(CancellationToken ct)
    {
        var found = await IdsAsync(db.StoredCalls.Select(c => new Trace(c.Id, c.ProjectId, c.Input, c.Answer)), ct);
        foreach (var ids in remove ? found.Chunk(AtOnce) : [])
        {
            await db.StoredCalls.Where(c => ids.Contains(c.Id)).ExecuteDeleteAsync(ct);
        }

        var drafts = await DraftedCallsAsync(ct);
        foreach (var ids in remove ? drafts.Chunk(AtOnce) : [])
        {
            await db.TrafficDrafts.Where(d => ids.Contains(d.Id)).ExecuteDeleteAsync(ct);
        }

        return found.Count + drafts.Count;
    }

    /// <summary>Calls on their way to becoming rows. What is a row by now has no text here, and is a row like any other.</summary>
    private async Task<List<string>> DraftedCallsAsync(CancellationToken ct)
    {
        var drafts = db.TrafficDrafts.Where(d => d.Input != "" || d.Answer != "" || d.Output != "" || d.Comment != "");
        var asked = await IdsAsync(drafts.Select(d => new Trace(d.Id, d.ProjectId, d.Input, d.Answer)), ct);
        return [.. asked.Union(await IdsAsync(drafts.Select(d => new Trace(d.Id, d.ProjectId, d.Output, d.Comment)), ct))];
    }

    /// <summary>The thumb and the score stay; they are about the answer.</summary>
    private async Task<int> FeedbackAsync(CancellationToken ct)
    {
        var found = await IdsAsync(db.AnswerFeedback.Where(f => f.Comment != "" || f.Correction != "").Select(f => new Trace(f.Id, f.ProjectId, f.Comment, f.Correction)), ct);
        foreach (var ids in remove ? found.Chunk(AtOnce) : [])
        {
            await db.AnswerFeedback.Where(f => ids.Contains(f.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(f => f.Comment, "").SetProperty(f => f.Correction, "").SetProperty(f => f.TextExpiresAt, (DateTime?)null), ct);
        }

        return found.Count;
    }

    /// <summary>A program that sends its call once more still does nothing twice: it is answered with an empty object.</summary>
    private async Task<int> AnswersToProgramsAsync(CancellationToken ct)
    {
        var found = await IdsAsync(db.IdempotentAnswers.Where(a => a.Body != "").Select(a => new Trace(a.Id, "", a.Body, "")), ct);
        foreach (var ids in remove ? found.Chunk(AtOnce) : [])
        {
            await db.IdempotentAnswers.Where(a => ids.Contains(a.Id)).ExecuteUpdateAsync(set => set.SetProperty(a => a.Body, "{}"), ct);
        }

        return found.Count;
    }

    private async Task<int> HiddenAsync(CancellationToken ct)
    {
        foreach (var value in remove ? sought.Hidden : [])
        {
            await db.RedactedValues.Where(v => v.ProjectId == value.ProjectId && v.Kind == value.Kind && v.Number == value.Number).ExecuteDeleteAsync(ct);
        }

        return sought.Hidden.Count;
    }

    private async Task<List<string>> IdsAsync(IQueryable<Trace> traces, CancellationToken ct)
    {
        List<string> found = [];
        await foreach (var trace in traces.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (sought.In(trace.ProjectId).IsInAny(trace.Text, trace.More))
            {
                found.Add(trace.Id);
            }
        }

        return found;
    }

    private sealed record Trace(string Id, string ProjectId, string Text, string More);
}
