using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>A page of entries, newest first, and from where the pages beside it go on; null where there is none.</summary>
public sealed record AuditPageRows(IReadOnlyList<AuditEntry> Entries, long? OlderThan, long? NewerThan);

/// <summary>Somebody who stands in the log, by the name of their latest entry.</summary>
public sealed record AuditPerson(string Id, string Name);

public sealed class AuditService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current)
{
    public const int PageSize = 25;

    private const int ExportPage = 1_000;
    private const int MostPeople = 500;

    private static readonly string[] s_columns =
    [
        "sequence", "time_utc", "person", "person_id", "on_behalf_of", "on_behalf_of_id", "address", "action", "what", "outcome",
        "target_kind", "target", "target_id", "project_id", "details", "previous_hash", "hash",
    ];

    /// <summary>Somebody asked for what they may not do. Written by itself, because nothing else was.</summary>
    public Task DeniedAsync(Permission permission, string where, CancellationToken ct) => DeniedAsync(permission.ToString(), permission.Words(), where, ct);

    /// <summary>The same of whoever looks in for the platform: no permission stands for it.</summary>
    public Task LookDeniedAsync(string where, CancellationToken ct) => DeniedAsync("BreakGlass", "change anything or take anything away", where, ct);

    private async Task DeniedAsync(string id, string words, string where, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("access.denied", new AuditTarget("permission", id, words), where, AuditOutcome.Denied);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>
    /// The entries before or after one, by its number: however long the log is, a page costs the same, and an entry written meanwhile
    /// moves none to another page.
    /// </summary>
    public async Task<AuditPageRows> ListAsync(AuditFilter filter, long? before, long? after, CancellationToken ct)
    {
        current.Require(Permission.ViewAudit);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var asked = filter.On(db.Set<AuditEntry>().AsNoTracking());
        if (after is { } start)
        {
            var newer = await asked.Where(e => e.Sequence > start).OrderBy(e => e.Sequence).Take(PageSize + 1).ToListAsync(ct);
            var page = newer.Take(PageSize).Reverse().ToList();
            var isOlder = await asked.AnyAsync(e => e.Sequence <= start, ct);
            return new AuditPageRows(page, isOlder ? page is [] ? start + 1 : page[^1].Sequence : null, newer.Count > PageSize ? page[0].Sequence : null);
        }

        var older = await asked.Where(e => before == null || e.Sequence < before).OrderByDescending(e => e.Sequence).Take(PageSize + 1).ToListAsync(ct);
        var rows = older.Take(PageSize).ToList();
        var isNewer = before is not null && await asked.AnyAsync(e => e.Sequence >= before, ct);
        return new AuditPageRows(rows, older.Count > PageSize ? rows[^1].Sequence : null, isNewer ? rows is [] ? before - 1 : rows[0].Sequence : null);
    }

    /// <summary>How many entries there are.</summary>
    public async Task<long> CountAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewAudit);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var entries = db.Set<AuditEntry>();
        // Numbers have no gaps, and where they begin and end an index says at once; whoever sees some projects sees some of them.
        return db.IsRestricted ? await entries.LongCountAsync(ct) : await entries.MaxAsync(e => (long?)e.Sequence, ct) - await entries.MinAsync(e => (long?)e.Sequence, ct) + 1 ?? 0;
    }

    public async Task<IReadOnlyList<AuditPerson>> PeopleAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewAudit);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var entries = db.Set<AuditEntry>().AsNoTracking();
        var last = entries.GroupBy(e => e.ActorId).Select(g => g.Max(e => e.Sequence));
        var people = await entries.Where(e => last.Contains(e.Sequence)).OrderBy(e => e.ActorName).Take(MostPeople)
            .Select(e => new AuditPerson(e.ActorId, e.ActorName)).ToListAsync(ct);
        return [.. people.Select(p => p.Id is "" ? p with { Id = AuditFilter.Portal } : p)];
    }

    public async Task<AuditChainState> CheckAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewAudit);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.VerifyAuditAsync(ct);
    }

    /// <summary>Says in the log that it is exported, and up to which entry: those written later are not in it.</summary>
    public async Task<long> BeginExportAsync(AuditFilter filter, CancellationToken ct)
    {
        current.Require(Permission.ViewAudit);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var asked = string.Join(", ", filter.InAddress.Where(a => a.Value is not null).Select(a => $"{a.Name} {a.Value}"));
        db.Audit("audit.exported", new AuditTarget("audit log", ""), asked is "" ? "All entries" : $"Entries with {asked}");
        await db.SaveChangesAsync(ct);
        return await db.Set<AuditHead>().Select(h => h.Sequence).SingleAsync(ct);
    }

    /// <summary>The export line by line, oldest first; each page is read anew, so that an ended right ends it.</summary>
    public async IAsyncEnumerable<string> CsvAsync(AuditFilter filter, long upTo, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return SafeCsv.Line(s_columns);
        var after = 0L;
        while (true)
        {
            List<AuditEntry> page;
            await using (var db = await dbs.CreateDbContextAsync(ct))
            {
                current.Require(Permission.ViewAudit);
                page = await filter.On(db.Set<AuditEntry>().AsNoTracking()).Where(e => e.Sequence > after && e.Sequence <= upTo).OrderBy(e => e.Sequence).Take(ExportPage).ToListAsync(ct);
            }

            foreach (var e in page)
            {
                yield return SafeCsv.Line(
                    e.Sequence.ToString(CultureInfo.InvariantCulture), e.At.ToString("O", CultureInfo.InvariantCulture), e.ActorName, e.ActorId, e.Via, e.ViaId, e.Address,
                    e.Action, AuditWords.Of(e.Action), e.Outcome.ToString(), e.TargetKind, e.TargetName, e.TargetId, e.ProjectId ?? "", e.Details, e.PreviousHash, e.Hash);
                after = e.Sequence;
            }

            if (page.Count < ExportPage)
            {
                yield break;
            }
        }
    }
}
