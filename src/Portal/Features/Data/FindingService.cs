using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

public sealed record ExampleRow(int Number, string Input, string Output, FindingRule? SetAsideBy, string Reason);

/// <summary>Which of the working rows to show.</summary>
public sealed record RowFilter(string Search = "", string? FindingId = null, bool OnlySetAside = false);

/// <summary>A page of rows. Sealed ones are counted and never shown.</summary>
public sealed record RowPage(IReadOnlyList<ExampleRow> Rows, int Total, int Sealed);

/// <summary>Findings, what was decided about them, and the rows they concern.</summary>
public sealed class FindingService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TimeProvider time)
{
    public const int PageSize = 25;

    /// <summary>In the order of the screen; rules about labels only where labels are picked (null shows all).</summary>
    public async Task<IReadOnlyList<Finding>> ListAsync(string importId, TaskKind? kind, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = await db.Findings.AsNoTracking().Where(f => f.ImportId == importId).ToListAsync(ct);
        return [.. all.Where(f => kind is null or TaskKind.Classify || !FindingWords.IsAboutLabels(f.Rule)).OrderBy(f => f.Severity).ThenBy(f => f.Rule)];
    }

    /// <summary>Records a decision, or takes it back (null), and works out anew which rows take part.</summary>
    public async Task DecideAsync(string findingId, FindingDecision? decision, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var finding = await db.Findings.SingleOrDefaultAsync(f => f.Id == findingId, ct) ?? throw new NotFoundException("finding");
        var import = await db.DatasetImports.SingleAsync(i => i.Id == finding.ImportId, ct);
        if (await db.DatasetVersions.AnyAsync(v => v.ImportId == import.Id && v.State == VersionState.Freezing, ct))
        {
            throw new PortalException("A version of these rows is being frozen. Wait until it is done, then decide.");
        }

        finding.Decide(decision, current.UserId, current.UserName, time.GetUtcNow().UtcDateTime);
        await db.SaveChangesAsync(ct);

        var decidable = await db.Findings.AsNoTracking().Where(f => f.ImportId == import.Id && f.Severity == FindingSeverity.NeedsDecision).ToListAsync(ct);
        var rules = decidable.Select(f => (FindingRule?)f.Rule).ToList();
        await db.Examples.Where(e => e.ImportId == import.Id && rules.Contains(e.SetAsideBy))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, (FindingRule?)null).SetProperty(e => e.Reason, ""), ct);
        var concerned = db.FindingRows;
        foreach (var aside in decidable.Where(f => f.Decision is FindingDecision.SetAside).OrderBy(f => f.Rule))
        {
            var (id, rule, why) = (aside.Id, aside.Rule, $"Set aside by {aside.DecidedByName}: {aside.Title}");
            why = why.Length > 400 ? why[..400] : why;
            await db.Examples.Where(e => e.ImportId == import.Id && e.SetAsideBy == null && concerned.Any(r => r.FindingId == id && r.Number == e.Number))
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, (FindingRule?)rule).SetProperty(e => e.Reason, why), ct);
        }

        import.Recount(import.ReadCount, await db.Examples.CountAsync(e => e.ImportId == import.Id && e.SetAsideBy == null, ct));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>A page of the rows worked on, from 0. Rows that a version has sealed are left out.</summary>
    public async Task<RowPage> RowsAsync(string projectId, RowFilter filter, int page, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var importId = await db.Datasets.Where(d => d.ProjectId == projectId).Select(d => d.WorkingImportId).SingleOrDefaultAsync(ct);
        if (importId is null)
        {
            return new RowPage([], 0, 0);
        }

        var rows = db.Examples.AsNoTracking().Where(e => e.ImportId == importId);
        var @sealed = 0;
        var frozen = db.FrozenExamples;
        foreach (var version in await db.DatasetVersions.AsNoTracking().Where(v => v.ImportId == importId && v.State == VersionState.Frozen)
            .Select(v => new { v.Id, v.TestCount }).ToListAsync(ct))
        {
            @sealed = Math.Max(@sealed, version.TestCount);
            rows = rows.Where(e => !frozen.Any(f => f.VersionId == version.Id && f.Split == Split.Test && f.Number == e.Number));
        }

        rows = Filtered(db, rows, filter);
        var total = await rows.CountAsync(ct);
        var found = await rows.OrderBy(e => e.Number).Skip(Math.Max(0, page) * PageSize).Take(PageSize)
            .Select(e => new ExampleRow(
                e.Number, e.Input.Length > ShownText.Fetched ? e.Input.Substring(0, ShownText.Fetched) : e.Input,
                e.Output.Length > ShownText.Fetched ? e.Output.Substring(0, ShownText.Fetched) : e.Output, e.SetAsideBy, e.Reason)).ToListAsync(ct);
        return new RowPage([.. found.Select(r => r with { Input = ShownText.Cut(r.Input), Output = ShownText.Cut(r.Output) })], total, @sealed);
    }

    /// <summary>All rows set aside of the working import, as CSV lines that no spreadsheet takes for formulas.</summary>
    public async IAsyncEnumerable<string> SetAsideCsvAsync(string projectId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var importId = await db.Datasets.Where(d => d.ProjectId == projectId).Select(d => d.WorkingImportId).SingleOrDefaultAsync(ct);
        yield return "row,reason,input,output\r\n";
        var rows = db.Examples.AsNoTracking().Where(e => e.ImportId == importId && e.SetAsideBy != null).OrderBy(e => e.Number)
            .Select(e => new { e.Number, e.Reason, e.Input, e.Output });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return string.Join(',', row.Number.ToString(CultureInfo.InvariantCulture), SafeCsv.Cell(row.Reason), SafeCsv.Cell(row.Input), SafeCsv.Cell(row.Output)) + "\r\n";
        }
    }

    private static IQueryable<Example> Filtered(PortalDbContext db, IQueryable<Example> rows, RowFilter filter)
    {
        if (filter.OnlySetAside)
        {
            rows = rows.Where(e => e.SetAsideBy != null);
        }

        if (filter.FindingId is { } findingId)
        {
            var concerned = db.FindingRows;
            rows = rows.Where(e => concerned.Any(r => r.FindingId == findingId && r.Number == e.Number));
        }

        if (filter.Search.Trim() is { Length: > 0 } search)
        {
            var lower = search.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // It is SQL's lower(), which knows no culture; LIKE tells case apart on one database and not on another.
            rows = rows.Where(e => e.Input.ToLower().Contains(lower) || e.Output.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }

        return rows;
    }
}
