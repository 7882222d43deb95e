using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>The rows worked on: pages of them by key, so that the last page of a million costs what the first does, and one with its history.</summary>
public sealed class RowService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects)
{
    public const int PageSize = 25;

    /// <summary>Beyond this nobody asks how many exactly.</summary>
    public const int CountedUpTo = 2_000;

    public const int MaximumFacets = 500;

    /// <summary>A search reads the texts themselves, so one page reads so many rows at most and says how far it came.</summary>
    public const int SearchedAtOnce = 100_000;

    private const int SearchWindow = 25_000;

    public bool MayChange => current.MayChange();

    public bool MayRead => current.May(Permission.ReadRows);

    public async Task<RowPage> ListAsync(string projectId, RowQuery query, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await FindImportAsync(db, projectId, ct) is not { } import)
        {
            return new RowPage([], 0, new RowCounts(0, 0, 0, 0, 0), false, false);
        }

        var @sealed = await SealedRows.OfAsync(db, import.Id, ct);
        var dropped = await db.Examples.CountAsync(e => e.ImportId == import.Id && e.SetAsideBy != null && e.IsDropped, ct);
        var counts = new RowCounts(import.ReadCount, import.AcceptedCount, import.SetAsideCount - dropped, dropped, await @sealed.CountAsync(db, ct));
        var rows = await FilteredAsync(db, import.Id, query, ct);
        var (found, searchedTo) = query.Search.Trim() is { Length: > 0 } search
            ? await SearchAsync(db, import.Id, rows, @sealed, query, search.ToLowerInvariant(), ct)
            : (await TakeAsync(await FromAsync(@sealed.Without(db, rows), query, ct), query, PageSize + 1, ct), null);
        var hasMore = found.Count > PageSize;
        var shown = found.Take(PageSize).Select(r => r with { Input = ShownText.Cut(r.Input), Output = ShownText.Cut(r.Output) }).ToList();
        if (!query.IsForward)
        {
            shown.Reverse();
        }

        var (earlier, later) = query.IsForward ? (query.After is not null, hasMore) : (hasMore, true);
        var total = !query.IsFiltered ? counts.All - counts.Sealed : earlier || later || searchedTo is not null ? await CountAsync(db, @sealed, rows, query, ct) : shown.Count;
        return new RowPage(shown, total, counts, earlier, later, searchedTo) { Media = await MediaOfAsync(db, import, [.. shown.Select(r => r.Number)], ct) };
    }

    private static async Task<IReadOnlyDictionary<int, IReadOnlyList<ShownMedia>>> MediaOfAsync(PortalDbContext db, DatasetImport import, IReadOnlyList<int> numbers, CancellationToken ct)
    {
        if (numbers.Count is 0 || !await db.MediaFiles.AnyAsync(m => m.ProjectId == import.ProjectId, ct))
        {
            return new Dictionary<int, IReadOnlyList<ShownMedia>>();
        }

        var rows = await db.Examples.Where(e => e.ImportId == import.Id && numbers.Contains(e.Number) && e.Content != null && e.Content.Contains(MediaAddress.Mark))
            .Select(e => new { e.Number, e.Content }).ToListAsync(ct);
        return await MediaService.ShownAsync(db, import.ProjectId, rows.Select(r => (r.Number, r.Content)), ct);
    }

    /// <summary>One row with all that is known of it. A sealed one is not there.</summary>
    public async Task<RowDetail> GetAsync(string projectId, int row, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await FindImportAsync(db, projectId, ct) ?? throw new NotFoundException("row");
        return await RowDetail.ReadAsync(db, import.Id, row, ct);
    }

    /// <summary>The labels and slices that there are, for a choice among them.</summary>
    public async Task<RowFacets> FacetsAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await FindImportAsync(db, projectId, ct) is not { } import)
        {
            return new RowFacets([], []);
        }

        var slices = await db.Examples.Where(e => e.ImportId == import.Id && e.Slice != "").Select(e => e.Slice).Distinct().OrderBy(s => s).Take(MaximumFacets + 1).ToListAsync(ct);
        // More than that is free text or an id, and no choice.
        return new RowFacets(await LabelsOfAsync(db, import.Id, ct), slices.Count > MaximumFacets ? [] : slices);
    }

    /// <summary>What the output of a row may be where one label is picked; empty where it is free.</summary>
    public async Task<IReadOnlyList<string>> LabelsAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        var (_, task) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await FindImportAsync(db, projectId, ct) is { } import ? await LabelsOfAsync(db, import.Id, task, ct)
            : task.Kind is TaskKind.Classify ? task.Labels : [];
    }

    internal static async Task<IReadOnlyList<string>> LabelsOfAsync(PortalDbContext db, string importId, TaskDefinition task, CancellationToken ct)
    {
        if (task.Kind is not TaskKind.Classify || task.Labels.Count > 0)
        {
            return task.Kind is TaskKind.Classify ? task.Labels : [];
        }

        return await LabelsOfAsync(db, importId, ct);
    }

    private static async Task<IReadOnlyList<string>> LabelsOfAsync(PortalDbContext db, string importId, CancellationToken ct)
    {
        var labels = await db.Examples.Where(e => e.ImportId == importId && e.Label != null && e.Label != "").Select(e => e.Label ?? "").Distinct().OrderBy(l => l).Take(MaximumFacets + 1).ToListAsync(ct);
        return labels.Count > MaximumFacets ? [] : labels;
    }

    /// <summary>All that match and may be shown, for whoever draws from them. Of rows that take part, unless others are asked for.</summary>
    internal static async Task<IQueryable<Example>> MatchingAsync(PortalDbContext db, string importId, RowQuery query, CancellationToken ct)
    {
        var rows = await FilteredAsync(db, importId, query.Status is RowStatus.Any ? query with { Status = RowStatus.TakesPart } : query, ct);
        rows = query.Search.Trim() is { Length: > 0 } search ? Saying(rows, search.ToLowerInvariant()) : rows;
        return (await SealedRows.OfAsync(db, importId, ct)).Without(db, rows);
    }

    private static IQueryable<Example> Saying(IQueryable<Example> rows, string words)
    {
#pragma warning disable CA1304, CA1311, CA1862 // It is SQL's lower(), which knows no culture; LIKE tells case apart on one database and not on another.
        return rows.Where(e => e.Input.ToLower().Contains(words) || e.Output.ToLower().Contains(words) || e.SourceId.ToLower().Contains(words));
#pragma warning restore CA1304, CA1311, CA1862
    }

    internal static async Task<DatasetImport?> FindImportAsync(PortalDbContext db, string projectId, CancellationToken ct)
    {
        var importId = await db.Datasets.Where(d => d.ProjectId == projectId).Select(d => d.WorkingImportId).SingleOrDefaultAsync(ct);
        return importId is null ? null : await db.DatasetImports.AsNoTracking().SingleAsync(i => i.Id == importId, ct);
    }

    private static async Task<IQueryable<Example>> FilteredAsync(PortalDbContext db, string importId, RowQuery query, CancellationToken ct)
    {
        var (concerned, edits, frozen) = (db.FindingRows, db.RowEdits.Where(e => e.ImportId == importId), db.FrozenExamples);
        var rows = db.Examples.AsNoTracking().Where(e => e.ImportId == importId);
        rows = query.Status switch
        {
            RowStatus.TakesPart => rows.Where(e => e.SetAsideBy == null),
            RowStatus.Quarantined => rows.Where(e => e.SetAsideBy != null && !e.IsDropped),
            RowStatus.Dropped => rows.Where(e => e.SetAsideBy != null && e.IsDropped),
            RowStatus.Edited => rows.Where(e => edits.Where(d => d.Change != EditKind.Added).Select(d => d.Number).Contains(e.Number)),
            RowStatus.Synthetic => rows.Where(e => e.Origin == RowOrigin.Synthetic),
            RowStatus.Traffic => rows.Where(e => e.Origin == RowOrigin.Traffic),
            RowStatus.ByHand => rows.Where(e => e.Origin != RowOrigin.Synthetic && e.Origin != RowOrigin.Traffic && edits.Where(d => d.Change == EditKind.Added).Select(d => d.Number).Contains(e.Number)),
            _ => rows,
        };
        if (query.FindingId is { } findingId)
        {
            // A leaked row is a sealed one: which rows they are is nobody's business.
            rows = rows.Where(e => concerned.Where(r => r.FindingId == findingId).Select(r => r.Number).Contains(e.Number));
        }

        if (query.Label is { } label)
        {
            // Rows older than the column are told by the text itself.
            var isOld = await db.Examples.AnyAsync(e => e.ImportId == importId && e.Label == null, ct);
            rows = isOld ? rows.Where(e => e.Output == label) : rows.Where(e => e.Label == label);
        }

        if (query.Slice is { } slice)
        {
            rows = rows.Where(e => e.Slice == slice);
        }

        if (query.Split is { } split and not Data.Split.Test)
        {
            var versionId = await db.DatasetVersions.Where(v => v.ImportId == importId && v.State == VersionState.Frozen).OrderByDescending(v => v.Number).Select(v => v.Id).FirstOrDefaultAsync(ct);
            rows = rows.Where(e => frozen.Any(f => f.VersionId == versionId && f.Split == split && f.Number == e.Number));
        }

        return rows;
    }

    /// <summary>From the row on that the query names, in its order. What lies before is not counted through, it is skipped by the key.</summary>
    private static async Task<IQueryable<Example>> FromAsync(IQueryable<Example> rows, RowQuery query, CancellationToken ct)
    {
        var (cursor, isUp) = (query.After ?? query.Before, query.IsUp);
        if (query.Order is RowSort.Number or RowSort.NumberDown)
        {
            rows = cursor is not { } number ? rows : isUp ? rows.Where(e => e.Number > number) : rows.Where(e => e.Number < number);
            return isUp ? rows.OrderBy(e => e.Number) : rows.OrderByDescending(e => e.Number);
        }

        if (cursor is { } at)
        {
            var label = await rows.Where(e => e.Number == at).Select(e => e.Label).SingleOrDefaultAsync(ct) ?? "";
#pragma warning disable CA1309 // It is SQL's comparison, by the order of the column, which is also the order of the page.
            // The first half of each is implied by the second, and lets the index begin there.
            rows = isUp
                ? rows.Where(e => string.Compare(e.Label, label) >= 0 && (string.Compare(e.Label, label) > 0 || e.Number > at))
                : rows.Where(e => string.Compare(e.Label, label) <= 0 && (string.Compare(e.Label, label) < 0 || e.Number < at));
#pragma warning restore CA1309
        }

        return isUp ? rows.OrderBy(e => e.Label).ThenBy(e => e.Number) : rows.OrderByDescending(e => e.Label).ThenByDescending(e => e.Number);
    }

    private static async Task<List<ExampleRow>> TakeAsync(IQueryable<Example> rows, RowQuery query, int take, CancellationToken ct) =>
        await rows.Take(take).Select(e => new ExampleRow(
            e.Number, e.Input.Length > ShownText.Fetched ? e.Input.Substring(0, ShownText.Fetched) : e.Input,
            e.Output.Length > ShownText.Fetched ? e.Output.Substring(0, ShownText.Fetched) : e.Output, e.SetAsideBy, e.Reason, e.IsDropped, e.Revision, e.Origin, e.Slice)).ToListAsync(ct);

    /// <summary>Window by window, until the page is full or enough was read for one answer.</summary>
    private static async Task<(List<ExampleRow> Rows, int? SearchedTo)> SearchAsync(
        PortalDbContext db, string importId, IQueryable<Example> rows, SealedRows @sealed, RowQuery query, string words, CancellationToken ct)
    {
        var last = await db.Examples.Where(e => e.ImportId == importId).MaxAsync(e => (int?)e.Number, ct) ?? 0;
        var (isUp, at, read) = (query.IsUp, query.After ?? query.Before ?? (query.IsUp ? 0 : last + 1), 0);
        List<ExampleRow> found = [];
        while (found.Count <= PageSize && read < SearchedAtOnce && (isUp ? at < last : at > 1))
        {
            var (from, to) = isUp ? (at + 1, at + SearchWindow) : (at - SearchWindow, at - 1);
            var window = @sealed.Without(db, Saying(rows.Where(e => e.Number >= from && e.Number <= to), words));
            found.AddRange(await TakeAsync(isUp ? window.OrderBy(e => e.Number) : window.OrderByDescending(e => e.Number), query, PageSize + 1 - found.Count, ct));
            (at, read) = (isUp ? to : from, read + SearchWindow);
        }

        return (found, found.Count <= PageSize && (isUp ? at < last : at > 1) ? at : null);
    }

    /// <summary>What a search finds is not counted: that would read every text.</summary>
    private static async Task<int?> CountAsync(PortalDbContext db, SealedRows @sealed, IQueryable<Example> rows, RowQuery query, CancellationToken ct)
    {
        if (query.Search.Trim() is not "")
        {
            return null;
        }

        var count = await @sealed.Without(db, rows).Select(e => e.Number).Take(CountedUpTo + 1).CountAsync(ct);
        return count > CountedUpTo ? null : count;
    }
}
