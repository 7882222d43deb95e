using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>A budget as a list of them shows it.</summary>
public sealed record BudgetRow(BudgetKind Kind, string ScopeId, string Name, BudgetFigures Figures);

/// <summary>Monthly budgets: set by whoever manages billing, seen by whoever sees costs.</summary>
public sealed class BudgetService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, IUsageSubjects subjects)
{
    /// <summary>Who is admitted to some projects sees what those have, and the organisation's not at all.</summary>
    public bool MayView => current.May(Permission.ViewBilling);

    public bool MaySet => current.May(Permission.ManageBilling);

    /// <summary>All of the organisation's that whoever asks may see; its own first.</summary>
    public async Task<IReadOnlyList<BudgetRow>> ListAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var names = await subjects.ProjectNamesAsync(ct);
        var keys = db.IsRestricted ? [] : await db.ApiKeys.AsNoTracking().Where(k => k.RevokedAt == null).ToDictionaryAsync(k => k.Id, k => k.Name, ct);
        var budgets = await db.Budgets.AsNoTracking().ToListAsync(ct);
        return [.. budgets.Select(b => new BudgetRow(b.Kind, b.ScopeId, NameOf(b), b.FiguresAt(db.Now))).Where(r => r.Name is not "")
            .OrderByDescending(r => r.Kind).ThenBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase)];

        string NameOf(Budget budget) => budget.Kind switch
        {
            BudgetKind.Organization => db.IsRestricted ? "" : "The organization",
            BudgetKind.Project => names.GetValueOrDefault(budget.ScopeId, ""),
            _ => keys.GetValueOrDefault(budget.ScopeId, ""),
        };
    }

    /// <summary>Null where the project has none of its own.</summary>
    public async Task<BudgetFigures?> OfProjectAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await RequireProjectAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return (await db.Budgets.AsNoTracking().SingleOrDefaultAsync(b => b.ScopeId == projectId, ct))?.FiguresAt(db.Now);
    }

    /// <param name="projectId">Null for the organisation's own.</param>
    /// <param name="capMicros">Null for none any more.</param>
    public async Task SetAsync(string? projectId, long? capMicros, CancellationToken ct)
    {
        current.Require(Permission.ManageBilling);
        var name = projectId is null ? "" : await RequireProjectAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await SetAsync(db, projectId is null ? BudgetKind.Organization : BudgetKind.Project, projectId ?? Budget.OfOrganization, capMicros, name, ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            throw new PortalException("Somebody else has just changed this budget. Load the page again to see what it is now.");
        }
    }

    /// <summary>In the caller's save, for whoever has asked for the right.</summary>
    internal static async Task SetAsync(PortalDbContext db, BudgetKind kind, string scopeId, long? capMicros, string name, CancellationToken ct)
    {
        var target = new AuditTarget(kind switch { BudgetKind.ApiKey => "API key", BudgetKind.Project => "project", _ => "organization" },
            kind is BudgetKind.Organization ? db.TenantId : scopeId, name, kind is BudgetKind.Project ? scopeId : null);
        var budget = await db.Budgets.SingleOrDefaultAsync(b => b.ScopeId == scopeId, ct);
        if (capMicros is not { } cap)
        {
            if (budget is not null)
            {
                db.Budgets.Remove(budget);
                db.Audit("budget.removed", target, $"It was {Words(budget.CapMicros)} a month");
            }

            return;
        }

        if (budget is null)
        {
            budget = new Budget { Kind = kind, ScopeId = scopeId };
            budget.Begin(await SpentAsync(db, kind, scopeId, ct), db.Now);
            db.Budgets.Add(budget);
        }

        budget.Set(cap, db.Actor.Name, db.Now);
        db.Audit("budget.set", target, $"{Words(cap)} a month");
    }

    /// <summary>What the ledger says of this month.</summary>
    internal static Task<long> SpentAsync(PortalDbContext db, BudgetKind kind, string scopeId, CancellationToken ct)
    {
        var from = Budget.MonthStart(db.Now);
        var usage = db.UsageEvents.AsNoTracking().Where(u => u.At >= from);
        return (kind switch
        {
            BudgetKind.ApiKey => usage.Where(u => u.KeyId == scopeId),
            BudgetKind.Project => usage.Where(u => u.ProjectId == scopeId),
            _ => usage,
        }).SumAsync(u => u.AmountMicros, ct);
    }

    private async Task<string> RequireProjectAsync(string projectId, CancellationToken ct) =>
        (await subjects.ProjectNamesAsync(ct)).TryGetValue(projectId, out var name) ? name : throw new NotFoundException("project");

    private static string Words(long micros) => string.Create(CultureInfo.InvariantCulture, $"{micros / 1_000_000m:0.00####} USD");
}
