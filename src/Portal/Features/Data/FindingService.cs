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

    public const int SamplesShown = 5;

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
        await RefuseFreezingAsync(db, import.Id, ct);
        var now = time.GetUtcNow().UtcDateTime;
        finding.Decide(decision, current.UserId, current.UserName, now);
        db.DecisionEntries.Add(EntryOf(import.Id, finding.Title, finding.Count, decision, now));
        Audit(db, decision, new AuditTarget("finding", finding.Id, finding.Title, import.ProjectId), import);
        await db.SaveChangesAsync(ct);
        await WorkOutAsync(db, import, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Decides about one row, over its findings; null takes that back.</summary>
    public async Task DecideRowAsync(string importId, int number, FindingDecision? decision, CancellationToken ct)
    {
        current.RequireChange();
        if (decision is not (null or FindingDecision.Keep or FindingDecision.SetAside or FindingDecision.Quarantine))
        {
            throw new PortalException("A single row can be kept, set aside or put into quarantine. Fix and redact are for all rows of a finding.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var import = await db.DatasetImports.SingleOrDefaultAsync(i => i.Id == importId, ct) ?? throw new NotFoundException("file");
        await RefuseFreezingAsync(db, import.Id, ct);
        if (!await db.Examples.AnyAsync(e => e.ImportId == importId && e.Number == number, ct))
        {
            throw new NotFoundException("row");
        }

        await db.RowDecisions.Where(d => d.ImportId == importId && d.Number == number).ExecuteDeleteAsync(ct);
        if (decision is { } chosen)
        {
            db.RowDecisions.Add(new RowDecision { ImportId = importId, Number = number, Decision = chosen, UserName = current.UserName });
        }

        Audit(db, decision, new AuditTarget("row", importId, $"row {number.ToString(CultureInfo.InvariantCulture)}", import.ProjectId), import);
        db.DecisionEntries.Add(EntryOf(importId, $"Row {number.ToString("N0", CultureInfo.InvariantCulture)}", 1, decision, time.GetUtcNow().UtcDateTime));
        await db.SaveChangesAsync(ct);
        await WorkOutAsync(db, import, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Everything decided about the rows of an import until a moment, the newest first.</summary>
    public async Task<IReadOnlyList<DecisionEntry>> HistoryAsync(string importId, DateTime? until, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DecisionEntries.AsNoTracking().Where(d => d.ImportId == importId && (until == null || d.At <= until))
            .OrderByDescending(d => d.At).ThenByDescending(d => d.Id).Take(100).ToListAsync(ct);
    }

    /// <summary>The first rows of a finding as they are and as they would be, with what is to be marked in them.</summary>
    public async Task<IReadOnlyList<FindingSample>> SamplesAsync(string findingId, int skip, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var finding = await db.Findings.AsNoTracking().SingleOrDefaultAsync(f => f.Id == findingId, ct) ?? throw new NotFoundException("finding");
        if (finding.Rule is FindingRule.LeakedTestRow)
        {
            return [];
        }

        var rows = from concerned in db.FindingRows.AsNoTracking()
                   join example in db.Examples.AsNoTracking() on new { finding.ImportId, concerned.Number } equals new { example.ImportId, example.Number }
                   where concerned.FindingId == findingId
                   orderby concerned.Related ?? concerned.Number, concerned.Number
                   select new { example.Number, example.System, example.Input, example.Output, concerned.Related, example.SetAsideBy, example.Reason };
        var page = await rows.Skip(Math.Max(0, skip)).Take(SamplesShown).ToListAsync(ct);
        var numbers = page.Select(p => p.Number).ToList();
        var decisions = await db.RowDecisions.AsNoTracking().Where(d => d.ImportId == finding.ImportId && numbers.Contains(d.Number)).ToDictionaryAsync(d => d.Number, d => d.Decision, ct);
        var hidden = await SealedNumbersAsync(db, finding.ImportId, numbers, ct);
        return [.. page.Where(p => !hidden.Contains(p.Number)).Select(p => FindingSample.Of(finding, p.Number, p.Related, (p.System, p.Input, p.Output), p.SetAsideBy is not null, decisions.TryGetValue(p.Number, out var decided) ? decided : null))];
    }

    // A finding's title is made of the rule's words and a count; its rows are not told.
    private static void Audit(PortalDbContext db, FindingDecision? decision, AuditTarget target, DatasetImport import) => db.Audit(
        decision switch { null => "decision.undone", FindingDecision.Redact => "decision.redacted", _ => "decision.taken" },
        target, decision is { } taken ? $"{FindingWords.Verb(taken)}, in {import.FileName}" : $"In {import.FileName}");

    private DecisionEntry EntryOf(string importId, string title, int rows, FindingDecision? decision, DateTime at) => new()
    {
        ImportId = importId, Title = title.Length > 400 ? title[..400] : title, Rows = rows, Decision = decision, UserId = current.UserId, UserName = current.UserName, At = at,
    };

    private static async Task RefuseFreezingAsync(PortalDbContext db, string importId, CancellationToken ct)
    {
        if (await db.DatasetVersions.AnyAsync(v => v.ImportId == importId && v.State == VersionState.Freezing, ct))
        {
            throw new PortalException("A version of these rows is being frozen. Wait until it is done, then decide.");
        }
    }

    /// <summary>Which of these rows a version has sealed.</summary>
    private static async Task<HashSet<int>> SealedNumbersAsync(PortalDbContext db, string importId, List<int> numbers, CancellationToken ct)
    {
        var versions = await db.DatasetVersions.Where(v => v.ImportId == importId && v.State == VersionState.Frozen).Select(v => v.Id).ToListAsync(ct);
        return [.. await db.FrozenExamples.Where(e => versions.Contains(e.VersionId) && e.Split == Split.Test && numbers.Contains(e.Number)).Select(e => e.Number).ToListAsync(ct)];
    }

    /// <summary>Which rows take part, worked out anew from every decision: what is set aside by one stays out until it too is taken back.</summary>
    private static async Task WorkOutAsync(PortalDbContext db, DatasetImport import, CancellationToken ct)
    {
        var decidable = (await db.Findings.AsNoTracking().Where(f => f.ImportId == import.Id).ToListAsync(ct)).Where(f => f.Choices.Count > 0).ToList();
        List<FindingRule?> rules = [.. decidable.Select(f => (FindingRule?)f.Rule), FindingRule.DecidedByHand];
        await db.Examples.Where(e => e.ImportId == import.Id && rules.Contains(e.SetAsideBy))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, (FindingRule?)null).SetProperty(e => e.Reason, ""), ct);
        var concerned = db.FindingRows;
        foreach (var aside in decidable.Where(f => f.Decision is FindingDecision.SetAside or FindingDecision.Quarantine).OrderBy(f => f.Rule))
        {
            var (id, rule, why) = (aside.Id, aside.Rule, $"{FindingWords.Of(aside.Decision.GetValueOrDefault())} by {aside.DecidedByName}: {aside.Title}");
            why = why.Length > 400 ? why[..400] : why;
            await db.Examples.Where(e => e.ImportId == import.Id && e.SetAsideBy == null && concerned.Any(r => r.FindingId == id && r.Number == e.Number))
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, (FindingRule?)rule).SetProperty(e => e.Reason, why), ct);
        }

        foreach (var row in await db.RowDecisions.AsNoTracking().Where(d => d.ImportId == import.Id).ToListAsync(ct))
        {
            // A row that cannot be used at all is not made usable by keeping it.
            var (number, rule) = (row.Number, row.Decision is FindingDecision.Keep ? (FindingRule?)null : FindingRule.DecidedByHand);
            var why = rule is null ? "" : $"{FindingWords.Of(row.Decision)} by {row.UserName}";
            await db.Examples.Where(e => e.ImportId == import.Id && e.Number == number && (e.SetAsideBy == null || rules.Contains(e.SetAsideBy)))
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, rule).SetProperty(e => e.Reason, why), ct);
        }

        import.Recount(import.ReadCount, await db.Examples.CountAsync(e => e.ImportId == import.Id && e.SetAsideBy == null, ct));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>A page of the rows worked on, from 0. Rows that a version has sealed are left out.</summary>
    public async Task<RowPage> RowsAsync(string projectId, RowFilter filter, int page, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
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

        // Rows that an earlier version has sealed stay so in a later file.
        var leaked = await db.Findings.Where(f => f.ImportId == importId && f.Rule == FindingRule.LeakedTestRow).Select(f => new { f.Id, f.Count }).SingleOrDefaultAsync(ct);
        if (leaked is not null)
        {
            var concerned = db.FindingRows;
            @sealed += leaked.Count;
            rows = rows.Where(e => !concerned.Any(r => r.FindingId == leaked.Id && r.Number == e.Number));
        }

        rows = Filtered(db, rows, filter);
        var total = await rows.CountAsync(ct);
        var found = await rows.OrderBy(e => e.Number).Skip(Math.Max(0, page) * PageSize).Take(PageSize)
            .Select(e => new ExampleRow(
                e.Number, e.Input.Length > ShownText.Fetched ? e.Input.Substring(0, ShownText.Fetched) : e.Input,
                e.Output.Length > ShownText.Fetched ? e.Output.Substring(0, ShownText.Fetched) : e.Output, e.SetAsideBy, e.Reason)).ToListAsync(ct);
        return new RowPage([.. found.Select(r => r with { Input = ShownText.Cut(r.Input), Output = ShownText.Cut(r.Output) })], total, @sealed);
    }

    /// <summary>Before rows leave as a file: it stands in the log, whether or not the file arrives.</summary>
    public async Task RecordExportAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (!await db.Projects.AnyAsync(p => p.Id == projectId, ct))
        {
            throw new NotFoundException("project");
        }

        db.Audit("data.exported", new AuditTarget("project", projectId, "", projectId), "The rows set aside, as CSV");
        await db.SaveChangesAsync(ct);
    }

    /// <summary>All rows set aside of the working import, as CSV lines that no spreadsheet takes for formulas.</summary>
    public async IAsyncEnumerable<string> SetAsideCsvAsync(string projectId, [EnumeratorCancellation] CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
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
