using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Admin;

/// <summary>What the platform was billed for and billed itself, over all organisations: sums of the ledger beside the vendor's prices of the moment.</summary>
public sealed class MarginService(PlatformWork platform, TimeProvider time)
{
    /// <param name="month">As 2026-11; the present one where it is none, or lies ahead.</param>
    /// <param name="tenantId">Of this organisation alone; null is all.</param>
    /// <param name="ct">Cancels.</param>
    public Task<MarginMonth> ReadAsync(string? month, string? tenantId, CancellationToken ct) => platform.ReadAsync(
        async (_, db) =>
        {
            var present = Budget.MonthStart(time.GetUtcNow().UtcDateTime);
            var from = CostMonth.Named(month) is { } named && named < present && named.Year > 2000 ? named : present;
            var models = await db.CatalogueModels.AsNoTracking().ToDictionaryAsync(m => m.Id, ct);
            // One state of the ledger, however many stretches the month has.
            await using var snapshot = await db.BeginSnapshotAsync(ct);
            List<Stretch> sums = [];
            foreach (var (start, end) in StretchesOf(from, from.AddMonths(1), models.Values))
            {
                sums.AddRange(await SumsAsync(db, start, end, tenantId, ct));
            }

            var first = await db.UsageEvents.AsNoTracking().OrderBy(u => u.At).Select(u => (DateTime?)u.At).FirstOrDefaultAsync(ct);
            var tenantIds = sums.Select(s => s.TenantId).Append(tenantId).Distinct().ToList();
            var names = await db.Tenants.Where(t => tenantIds.Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => t.Name, ct);
            return new MarginMonth(from, PartsOf(sums, models), names, models.ToDictionary(m => m.Key, m => m.Value.DisplayName))
            {
                First = first is { } at ? Budget.MonthStart(at) : present, Last = present,
            };
        },
        ct);

    /// <summary>Parts of the month within which no price of the vendor's changes.</summary>
    private static IEnumerable<(DateTime From, DateTime To)> StretchesOf(DateTime from, DateTime to, IEnumerable<CatalogueModel> models)
    {
        List<DateTime> marks = [from, .. models.SelectMany(m => m.Prices).Select(p => p.From).Where(at => at > from && at < to).Distinct().Order(), to];
        return marks.Zip(marks.Skip(1));
    }

    /// <summary>The ledger knows subjects and no models; what it names, a run, a tuning, a deployment or a writing of rows, knows its model.</summary>
    private static async Task<IReadOnlyList<Stretch>> SumsAsync(PortalDbContext db, DateTime from, DateTime to, string? tenantId, CancellationToken ct)
    {
        var (jobs, deployments, runs, candidates, augmentations) = (db.TuningJobs, db.Deployments, db.CandidateRuns, db.Candidates, db.Augmentations);
        // By subject first: the others are asked once for each of these, and not for each event.
        var usage = db.UsageEvents.AsNoTracking().Where(u => u.At >= from && u.At < to && (tenantId == null || u.TenantId == tenantId))
            .GroupBy(u => new { u.TenantId, u.SubjectId, u.Meter, u.Currency })
            .Select(g => new { g.Key.TenantId, g.Key.SubjectId, g.Key.Meter, g.Key.Currency, Quantity = g.Sum(u => u.Quantity), AmountMicros = g.Sum(u => u.AmountMicros) });
        var sums = await (
            from u in usage
            from job in jobs.Where(j => j.TenantId == u.TenantId && j.Id == u.SubjectId).DefaultIfEmpty()
            from deployment in deployments.Where(d => d.TenantId == u.TenantId && d.Id == u.SubjectId).DefaultIfEmpty()
            from run in runs.Where(r => r.TenantId == u.TenantId && r.Id == u.SubjectId).DefaultIfEmpty()
            from candidate in candidates.Where(c => c.TenantId == u.TenantId && c.Id == run!.CandidateId).DefaultIfEmpty()
            from augmentation in augmentations.Where(a => a.TenantId == u.TenantId && a.Id == u.SubjectId).DefaultIfEmpty()
            from writer in candidates.Where(c => c.TenantId == u.TenantId && c.Id == augmentation!.WriterId).DefaultIfEmpty()
            group u by new
            {
                u.TenantId, u.Meter, u.Currency,
                Model = job!.BaseModelId ?? deployment!.BaseModelId ?? candidate!.BaseModelId ?? writer!.BaseModelId ?? augmentation!.WriterId,
            }
            into g
            select new { g.Key, Quantity = g.Sum(u => u.Quantity), Billed = g.Sum(u => u.AmountMicros) }).ToListAsync(ct);
        return [.. sums.Select(s => new Stretch(s.Key.TenantId, s.Key.Model ?? "", s.Key.Meter, from, s.Quantity, s.Billed))];
    }

    /// <summary>Reckoned exactly and rounded once a part, up as every price: the breakdowns are sums of these parts and come to one total.</summary>
    private static IReadOnlyList<MarginPart> PartsOf(List<Stretch> sums, Dictionary<string, CatalogueModel> models)
    {
        return
        [
            .. sums.Select(s => (Sum: s, Price: models.TryGetValue(s.ModelId, out var model) ? CataloguePrice.At(model.Prices, s.Meter, s.From)?.VendorPerMillion : null))
                .GroupBy(s => (s.Sum.TenantId, s.Sum.ModelId, s.Sum.Meter, IsKnown: s.Price is not null))
                .Select(g => new MarginPart(
                    g.Key.TenantId, g.Key.ModelId, g.Key.Meter, g.Sum(s => s.Sum.Quantity), g.Sum(s => s.Sum.BilledMicros),
                    g.Key.IsKnown ? (long)Math.Ceiling(g.Sum(s => (decimal)s.Sum.Quantity * (s.Price ?? 0)) / 1_000_000m) : null)),
        ];
    }

    private sealed record Stretch(string TenantId, string ModelId, Meter Meter, DateTime From, long Quantity, long BilledMicros);
}
