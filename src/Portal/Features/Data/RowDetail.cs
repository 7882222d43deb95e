using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>A field of a row before and after a step of its history, word by word.</summary>
public sealed record FieldChange(string Field, IReadOnlyList<DiffPiece> Pieces);

/// <summary>A step of a row's history, the newest first. What the row was before it can be had back.</summary>
public sealed record RowStep(int Revision, EditKind Change, string UserName, DateTime At, string Note, IReadOnlyList<FieldChange> Changes);

/// <summary>One row with all that is known of it.</summary>
public sealed record RowDetail(int Number, string Input, string Output, string System, int Revision, FindingRule? SetAsideBy, string Reason)
{
    public IReadOnlyList<RowTurn> Turns { get; init; } = [];

    /// <summary>Its files.</summary>
    public IReadOnlyList<ShownMedia> Media { get; init; } = [];

    public bool IsDropped { get; init; }

    public RowOrigin Origin { get; init; }

    /// <summary>Where it comes from, where a model wrote it here.</summary>
    public SyntheticOrigin? Synthetic { get; init; }

    /// <summary>The call it comes from, where it comes from one.</summary>
    public TrafficOrigin? Traffic { get; init; }

    public string Slice { get; init; } = "";

    public string SourceId { get; init; } = "";

    /// <summary>Where the newest version has it; null where it has not.</summary>
    public Split? Split { get; init; }

    /// <summary>What was decided about this row by itself.</summary>
    public FindingDecision? Decision { get; init; }

    /// <summary>What was found in it.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public IReadOnlyList<RowStep> History { get; init; } = [];

    /// <summary>A row that can be edited as text: one as long as a book would not fit through a page.</summary>
    public bool IsEditable => Math.Max(Input.Length, Math.Max(Output.Length, System.Length)) <= RowDraft.MaximumLength;

    internal static async Task<RowDetail> ReadAsync(PortalDbContext db, string importId, int number, CancellationToken ct)
    {
        var unsealed = (await SealedRows.OfAsync(db, importId, ct)).Without(db, db.Examples.AsNoTracking().Where(e => e.ImportId == importId && e.Number == number));
        var row = await unsealed.SingleOrDefaultAsync(ct) ?? throw new NotFoundException("row");
        var versionId = await db.DatasetVersions.Where(v => v.ImportId == importId && v.State == VersionState.Frozen).OrderByDescending(v => v.Number).Select(v => v.Id).FirstOrDefaultAsync(ct);
        // The split comes before the number in the key.
        var (concerned, splits) = (db.FindingRows, Enum.GetValues<Split>());
        return new RowDetail(row.Number, row.Input, row.Output, row.System, row.Revision, row.SetAsideBy, row.Reason)
        {
            Turns = RowContent.Turns(row.Content),
            Media = MediaAddress.HashesIn(row.Content).Count is 0 ? [] : (await MediaService.ShownAsync(db, await db.DatasetImports.Where(i => i.Id == importId).Select(i => i.ProjectId).SingleAsync(ct), [(number, row.Content)], ct))[number],
            IsDropped = row.IsDropped,
            Origin = row.Origin,
            Synthetic = row.Origin is RowOrigin.Synthetic ? await SyntheticOrigin.FindAsync(db, importId, number, ct) : null,
            Traffic = row.Origin is RowOrigin.Traffic ? await TrafficOrigin.FindAsync(db, importId, number, ct) : null,
            Slice = row.Slice,
            SourceId = row.SourceId,
            Split = await db.FrozenExamples.Where(f => f.VersionId == versionId && splits.Contains(f.Split) && f.Number == number).Select(f => (Split?)f.Split).FirstOrDefaultAsync(ct),
            Decision = await db.RowDecisions.Where(d => d.ImportId == importId && d.Number == number).Select(d => (FindingDecision?)d.Decision).SingleOrDefaultAsync(ct),
            Findings = [.. (await db.Findings.AsNoTracking().Where(f => f.ImportId == importId && concerned.Any(r => r.FindingId == f.Id && r.Number == number)).ToListAsync(ct)).OrderBy(f => f.Severity).ThenBy(f => f.Rule)],
            History = Steps(row, await db.RowEdits.AsNoTracking().Where(e => e.ImportId == importId && e.Number == number).OrderByDescending(e => e.Revision).Take(50).ToListAsync(ct)),
        };
    }

    private static List<RowStep> Steps(Example row, List<RowEdit> edits)
    {
        List<RowStep> steps = [];
        var (input, output, system) = (row.Input, row.Output, row.System);
        foreach (var edit in edits)
        {
            List<FieldChange> changes = edit.Change is EditKind.Added ? []
                : [.. new[] { ("Input", edit.Input, input), ("Output", edit.Output, output), ("System instruction", edit.System, system) }
                    .Where(f => f.Item2 != f.Item3).Select(f => new FieldChange(f.Item1, WordDiff.Of(ShownText.Cut(Head(f.Item2)), ShownText.Cut(Head(f.Item3)))))];
            steps.Add(new RowStep(edit.Revision, edit.Change, edit.UserName, edit.At, edit.Note, changes));
            (input, output, system) = (edit.Input, edit.Output, edit.System);
        }

        return steps;
    }

    private static string Head(string text) => text.Length > ShownText.Fetched ? text[..ShownText.Fetched] : text;
}
