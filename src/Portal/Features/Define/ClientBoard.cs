using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>One client on the board, by the project of theirs that needs somebody most.</summary>
public sealed record ClientRow(string Name, string Slug, DateTime? Until)
{
    public string ProjectId { get; init; } = "";

    public string ProjectName { get; init; } = "";

    public int Projects { get; init; }

    public IReadOnlyList<(IProjectStep Step, StepStatus Status)> Steps { get; init; } = [];

    /// <summary>Null where costs were not granted.</summary>
    public long? SpentMicros { get; init; }

    public int? IdleDays { get; init; }

    public string Problem { get; init; } = "";

    public (IProjectStep Step, StepStatus Status)? Next =>
        Steps.Where(s => s.Status.State is StepState.Blocked or StepState.Now or StepState.Working).Select(s => ((IProjectStep, StepStatus)?)s).FirstOrDefault();

    /// <summary>Lower is more urgent.</summary>
    public int Need => Problem is not "" ? 0 : Next?.Status.State switch { StepState.Blocked => 1, StepState.Now => 2, StepState.Working => 3, _ => Projects is 0 ? 4 : 5 };
}

/// <summary>
/// A consultant's clients side by side. Each is read in a scope of its own through the gate by which a page would be entered, so that
/// nothing can be read here that was not granted, and each look stands in both audit logs.
/// </summary>
public sealed class ClientBoard(TenancyService tenancy, EngagementService engagements, TenantScope scope, IServiceScopeFactory services)
{
    /// <summary>More projects than these are told as a number.</summary>
    private const int MostProjects = 20;

    public async Task<IReadOnlyList<ClientRow>> ReadAsync(ClaimsPrincipal person, CancellationToken ct)
    {
        var ours = (await engagements.ListAsync(ct)).Select(e => e.Engagement.Id).ToHashSet();
        var visits = await tenancy.MembershipsAsync(person.PortalUserId() ?? "", person.ProviderTenantId(), ct);
        var rows = new List<ClientRow>();
        foreach (var visit in visits.Where(v => v.Access.Kind is AccessKind.Consultant && ours.Contains(v.Access.ViaId)))
        {
            var row = new ClientRow(visit.TenantName, visit.Slug, visit.Access.Until);
            try
            {
                rows.Add(await ReadAsync(row, person, ct) ?? row with { Problem = "Access has just ended." });
            }
            catch (PortalException expected)
            {
                rows.Add(row with { Problem = expected.Message });
            }
        }

        return rows;
    }

    public static IEnumerable<ClientRow> Sorted(IEnumerable<ClientRow> rows, string? by) => by switch
    {
        "client" => rows.OrderBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase),
        "spend" => rows.OrderByDescending(r => r.SpentMicros ?? -1).ThenBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase),
        "idle" => rows.OrderByDescending(r => r.IdleDays ?? -1).ThenBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase),
        _ => rows.OrderBy(r => r.Need).ThenByDescending(r => r.IdleDays ?? 0).ThenBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase),
    };

    private async Task<ClientRow?> ReadAsync(ClientRow row, ClaimsPrincipal person, CancellationToken ct)
    {
        await using var own = services.CreateAsyncScope();
        var provider = own.ServiceProvider;
        if (!await provider.GetRequiredService<MemberGate>().EnterAsync(person, row.Slug, scope.Actor.Address, ct, VisitKind.Board))
        {
            return null;
        }

        var projects = await provider.GetRequiredService<ProjectService>().ListAsync(ct);
        var steps = provider.GetServices<IProjectStep>().OrderBy(s => s.Number).ToList();
        var spent = provider.GetRequiredService<CurrentMember>().May(Permission.ViewBilling)
            ? (await provider.GetRequiredService<BillingService>().MonthSoFarAsync(ct)).ChargedMicros : (long?)null;
        var read = new List<ClientRow>();
        foreach (var project in projects.Take(MostProjects))
        {
            var statuses = new List<(IProjectStep, StepStatus)>();
            foreach (var step in steps)
            {
                statuses.Add((step, await step.ReadAsync(project.Id, ct)));
            }

            read.Add(row with { ProjectId = project.Id, ProjectName = project.Name, Steps = statuses, IdleDays = await IdleDaysAsync(provider, project, ct) });
        }

        return (Sorted(read.Select(r => r with { Projects = projects.Count }), null).FirstOrDefault() ?? row) with { Projects = projects.Count, SpentMicros = spent };
    }

    // Of the log only when something was last done to this project, which its own pages show as well.
    private static async Task<int> IdleDaysAsync(IServiceProvider provider, ProjectRow project, CancellationToken ct)
    {
        await using var db = await provider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        var last = await db.Set<AuditEntry>().Where(e => e.ProjectId == project.Id).MaxAsync(e => (DateTime?)e.At, ct) ?? project.CreatedAt;
        return Math.Max(0, (int)(db.Now - last).TotalDays);
    }
}
