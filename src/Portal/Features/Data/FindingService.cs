using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Findings, what was decided about them, and the rows they concern.</summary>
public sealed class FindingService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TimeProvider time)
{
    public const int SamplesShown = 5;

    /// <summary>In the order of the screen; rules about labels only where labels are picked (null shows all).</summary>
    public async Task<IReadOnlyList<Finding>> ListAsync(string importId, TaskKind? kind, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = await db.Findings.AsNoTracking().Where(f => f.ImportId == importId).ToListAsync(ct);
        return [.. all.Where(f => kind is null or TaskKind.Classify || !FindingWords.IsAboutLabels(f.Rule)).OrderBy(f => f.Severity).ThenBy(f => f.Rule)];
    }

    /// <summary>A finding of this project; another project's is not there.</summary>
    public async Task<Finding> FindAsync(string projectId, string findingId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var imports = db.DatasetImports;
        return await db.Findings.AsNoTracking().SingleOrDefaultAsync(f => f.Id == findingId && imports.Any(i => i.Id == f.ImportId && i.ProjectId == projectId), ct)
            ?? throw new NotFoundException("finding");
    }

    /// <summary>Records a decision, or takes it back (null), and works out anew which rows take part where it can move any.</summary>
    public async Task DecideAsync(string findingId, FindingDecision? decision, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var finding = await db.Findings.SingleOrDefaultAsync(f => f.Id == findingId, ct) ?? throw new NotFoundException("finding");
        var import = await db.DatasetImports.SingleAsync(i => i.Id == finding.ImportId, ct);
        await RefuseFreezingAsync(db, import.Id, ct);
        var now = time.GetUtcNow().UtcDateTime;
        var isMoved = RowStanding.TakesOut(finding.Decision) || RowStanding.TakesOut(decision);
        finding.Decide(decision, current.UserId, current.UserName, now);
        db.DecisionEntries.Add(EntryOf(import.Id, finding.Title, finding.Count, decision, now));
        Audit(db, decision, new AuditTarget("finding", finding.Id, finding.Title, import.ProjectId), import);
        await db.SaveChangesAsync(ct);
        if (isMoved)
        {
            await RowStanding.WorkOutAsync(db, import, null, ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>Decides about one row, over its findings; null takes that back.</summary>
    public async Task DecideRowAsync(string importId, int row, FindingDecision? decision, CancellationToken ct)
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
        var unsealed = (await SealedRows.OfAsync(db, importId, ct)).Without(db, db.Examples.Where(e => e.ImportId == importId && e.Number == row));
        if (!await unsealed.AnyAsync(ct))
        {
            throw new NotFoundException("row");
        }

        await db.RowDecisions.Where(d => d.ImportId == importId && d.Number == row).ExecuteDeleteAsync(ct);
        if (decision is { } chosen)
        {
            db.RowDecisions.Add(new RowDecision { ImportId = importId, Number = row, Decision = chosen, UserName = current.UserName });
        }

        Audit(db, decision, new AuditTarget("row", importId, $"row {row.ToString(CultureInfo.InvariantCulture)}", import.ProjectId), import);
        var now = time.GetUtcNow().UtcDateTime;
        db.DecisionEntries.Add(EntryOf(importId, $"Row {row.ToString("N0", CultureInfo.InvariantCulture)}", 1, decision, now));
        import.Change(now);
        await db.SaveChangesAsync(ct);
        await RowStanding.WorkOutAsync(db, import, [row], ct);
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
        var unsealed = (await SealedRows.OfAsync(db, finding.ImportId, ct)).Without(db, db.Examples.Where(e => e.ImportId == finding.ImportId && numbers.Contains(e.Number)));
        var shown = await unsealed.Select(e => e.Number).ToListAsync(ct);
        return [.. page.Where(p => shown.Contains(p.Number)).Select(p => FindingSample.Of(finding, p.Number, p.Related, (p.System, p.Input, p.Output), p.SetAsideBy is not null, decisions.TryGetValue(p.Number, out var decided) ? decided : null))];
    }

    // A finding's title is made of the rule's words and a count; its rows are not told.
    private static void Audit(PortalDbContext db, FindingDecision? decision, AuditTarget target, DatasetImport import) => db.Audit(
        decision switch { null => "decision.undone", FindingDecision.Redact => "decision.redacted", _ => "decision.taken" },
        target, decision is { } taken ? $"{FindingWords.Verb(taken)}, in {import.FileName}" : $"In {import.FileName}");

    private DecisionEntry EntryOf(string importId, string title, int rows, FindingDecision? decision, DateTime at) => new()
    {
        ImportId = importId, Title = title.Length > 400 ? title[..400] : title, Rows = rows, Decision = decision, UserId = current.UserId, UserName = current.UserName, At = at,
    };

    internal static async Task RefuseFreezingAsync(PortalDbContext db, string importId, CancellationToken ct)
    {
        if (await db.DatasetVersions.AnyAsync(v => v.ImportId == importId && v.State == VersionState.Freezing, ct))
        {
            throw new PortalException("A version of these rows is being frozen. Wait until it is done, then try again.");
        }
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
        var unsealed = (await SealedRows.OfAsync(db, importId ?? "", ct)).Without(db, db.Examples.AsNoTracking().Where(e => e.ImportId == importId && e.SetAsideBy != null));
        var rows = unsealed.OrderBy(e => e.Number)
            .Select(e => new { e.Number, e.Reason, e.Input, e.Output });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return string.Join(',', row.Number.ToString(CultureInfo.InvariantCulture), SafeCsv.Cell(row.Reason), SafeCsv.Cell(row.Input), SafeCsv.Cell(row.Output)) + "\r\n";
        }
    }
}
