using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Which of some drafts are like a row that there is: the rows are read once for all of them, and not once for each. It holds for as long as
/// nobody else changes a row; from then on each draft is looked at by itself again.
/// </summary>
internal sealed class DraftLikeness
{
    private readonly AlikeTexts _texts = new();
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly string _importId;
    private readonly bool[] _alike;
    private int _edits;

    private DraftLikeness(Augmentation run, IReadOnlyList<SyntheticDraft> drafts)
    {
        (_importId, _alike) = (run.ImportId, new bool[drafts.Count]);
        foreach (var draft in drafts)
        {
            _places[draft.Id] = _places.Count;
            _texts.Add(draft.Input);
        }
    }

    public static async Task<DraftLikeness> ReadAsync(PortalDbContext db, Augmentation run, IReadOnlyList<SyntheticDraft> drafts, CancellationToken ct)
    {
        var likeness = new DraftLikeness(run, drafts);
        // Counted before the rows are read: what is changed while they are shows.
        likeness._edits = await likeness.CountEditsAsync(db, ct);
        await new RowRules(db, run.ProjectId, run.ImportId).MarkAlikeAsync(likeness._texts, likeness._alike, ct);
        return likeness;
    }

    /// <summary>Null where that has to be looked for.</summary>
    public async Task<bool?> IsAlikeAsync(PortalDbContext db, SyntheticDraft draft, CancellationToken ct) =>
        await CountEditsAsync(db, ct) == _edits && _places.TryGetValue(draft.Id, out var place) ? _alike[place] : null;

    /// <summary>A draft has become a row, which the others may be like.</summary>
    public void Add(SyntheticDraft draft)
    {
        _edits++;
        _texts.Mark(draft.Input, _alike);
    }

    /// <summary>Whatever adds or changes a row writes down one of them.</summary>
    private Task<int> CountEditsAsync(PortalDbContext db, CancellationToken ct) => db.RowEdits.CountAsync(e => e.ImportId == _importId, ct);
}
