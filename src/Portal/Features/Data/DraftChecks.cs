using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What is left of an answer's rows, and what became of the others.</summary>
internal sealed record CheckedRows(IReadOnlyList<WrittenRow> New, DraftCounts Counts);

/// <summary>
/// Looks at rows that a model wrote before anybody is shown them: by the rules of an import, and for whatever they are nearly the same as.
/// One that is like a sealed row is counted with the others that are too alike, so that no count tells what is sealed.
/// </summary>
internal sealed class DraftChecks(PortalDbContext db, Augmentation run, AugmentTask task)
{
    private const RowMarks Unusable =
        RowMarks.Unusable | RowMarks.OverTokens | RowMarks.Control | RowMarks.EncodingDamage | RowMarks.TrivialOutput | RowMarks.Unsafe | RowMarks.PaddedOutput;

    /// <param name="asked">So many were asked for.</param>
    public async Task<CheckedRows> CheckAsync(IReadOnlyList<WrittenRow> written, int asked, CancellationToken ct)
    {
        var counts = new DraftCounts(0, 0, 0, 0, 0, Math.Max(0, asked - written.Count));
        List<WrittenRow> sound = [];
        var inspector = new RowInspector();
        foreach (var row in written)
        {
            var labelled = Labelled(row);
            var marks = inspector.Inspect(sound.Count + 1, row.Input, (labelled ?? row).Output);
            marks &= task.Labels.Count > 0 && labelled is not null ? ~RowMarks.TrivialOutput : (RowMarks)uint.MaxValue;
            counts = counts.Plus(
                (marks & Unusable) is not 0 || Math.Max(row.Input.Length, row.Output.Length) > RowDraft.MaximumLength ? new DraftCounts(0, 0, 0, 0, 1, 0)
                : labelled is null ? new DraftCounts(0, 0, 1, 0, 0, 0)
                : (marks & RowMarks.Personal) is not 0 ? new DraftCounts(0, 0, 0, 1, 0, 0)
                : Keep(labelled));
        }

        var fresh = await WithoutAlikeAsync(sound, ct);
        return new CheckedRows(fresh, counts.Plus(new DraftCounts(fresh.Count, sound.Count - fresh.Count, 0, 0, 0, 0)));

        DraftCounts Keep(WrittenRow row)
        {
            sound.Add(row);
            return new DraftCounts(0, 0, 0, 0, 0, 0);
        }
    }

    /// <summary>The row with its label as the task writes it; null where it has another, or none of them.</summary>
    private WrittenRow? Labelled(WrittenRow row)
    {
        if (task.Labels.Count is 0)
        {
            return row;
        }

        var label = task.Labels.FirstOrDefault(l => string.Equals(l.Trim(), row.Output, StringComparison.OrdinalIgnoreCase));
        return label is null || (task.Label is not "" && label != task.Label) ? null : row with { Output = label };
    }

    private async Task<IReadOnlyList<WrittenRow>> WithoutAlikeAsync(List<WrittenRow> rows, CancellationToken ct)
    {
        var (texts, alike) = (new AlikeTexts(), new bool[rows.Count]);
        rows.ForEach(r => texts.Add(r.Input));
        await foreach (var text in KnownAsync().WithCancellation(ct))
        {
            texts.Mark(text, alike);
        }

        List<WrittenRow> fresh = [];
        for (var i = 0; i < rows.Count; i++)
        {
            if (!alike[i])
            {
                fresh.Add(rows[i]);
                // Of those that are like each other the first stays.
                texts.Mark(rows[i].Input, alike);
            }
        }

        return fresh;
    }

    /// <summary>Every row worked on, whatever became of it; every row that a version of the project tests with, as it was frozen; and every draft.</summary>
    private async IAsyncEnumerable<string> KnownAsync()
    {
        await foreach (var input in db.Examples.AsNoTracking().Where(e => e.ImportId == run.ImportId).Select(e => e.Input).AsAsyncEnumerable())
        {
            yield return input;
        }

        var versions = db.DatasetVersions.Where(v => v.ProjectId == run.ProjectId).Select(v => v.Id);
        await foreach (var input in db.FrozenExamples.AsNoTracking().Where(f => versions.Contains(f.VersionId) && f.Split != Split.Train).Select(f => f.Input).AsAsyncEnumerable())
        {
            yield return input;
        }

        var runs = db.Augmentations.Where(a => a.ProjectId == run.ProjectId).Select(a => a.Id);
        await foreach (var input in db.SyntheticDrafts.AsNoTracking().Where(d => runs.Contains(d.AugmentationId) && d.Input != "").Select(d => d.Input).AsAsyncEnumerable())
        {
            yield return input;
        }
    }
}
