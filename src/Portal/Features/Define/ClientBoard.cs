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

    public OnboardingList? Onboarding { get; init; }

    public string Problem { get; init; } = "";

    public (IProjectStep Step, StepStatus Status)? Next =>
        Steps.Where(s => s.Status.State is StepState.Blocked or StepState.Now or StepState.Working).Select(s => ((IProjectStep, StepStatus)?)s).FirstOrDefault();

    /// <summary>Lower is more urgent.</summary>
    public int Need => Problem is not "" ? 0 : Next?.Status.State switch { StepState.Blocked => 1, StepState.Now => 2, StepState.Working => 3, _ => Projects is 0 ? 4 : 5 };
}

/// <summary>A board that is being read: the clients who were read so far, and in the end all of them.</summary>
public sealed class BoardReading(IReadOnlyList<ClientRow?> rows, Task<TimeSpan> done)
{
    public int Total => rows.Count;

    public IReadOnlyList<ClientRow> Rows => [.. rows.OfType<ClientRow>()];

    /// <summary>How long the reading took; fails as it does.</summary>
    public Task<TimeSpan> Done => done;
}

/// <summary>
/// A consultant's clients side by side. Each is read in a scope of its own through the gate by which a page would be entered, so that
/// nothing can be read here that was not granted, and each look stands in both audit logs.
/// </summary>
public sealed class ClientBoard(TenancyService tenancy, TenantScope scope, IServiceScopeFactory services, TimeProvider time)
{
    /// <summary>More projects than these are told as a number.</summary>
    private const int MostProjects = 20;

    /// <summary>Clients that are read side by side: a board of many must not take the machine for itself.</summary>
    private const int AtOnce = 4;

    /// <param name="person">Who looks.</param>
    /// <param name="ours">The consultancy's own engagements: whoever works for another one sees its clients there.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<IReadOnlyList<ClientRow>> ReadAsync(ClaimsPrincipal person, IEnumerable<EngagementRow> ours, CancellationToken ct)
    {
        var reading = await BeginAsync(person, ours, ct);
        await reading.Done;
        return reading.Rows;
    }

    /// <summary>The same for whoever shows clients as they are read: two hundred of them take seconds.</summary>
    public async Task<BoardReading> BeginAsync(ClaimsPrincipal person, IEnumerable<EngagementRow> ours, CancellationToken ct)
    {
        var ids = ours.Select(e => e.Engagement.Id).ToHashSet();
        var visits = (await tenancy.MembershipsAsync(person.PortalUserId() ?? "", person.ProviderTenantId(), ct))
            .Where(v => v.Access.Kind is AccessKind.Consultant && ids.Contains(v.Access.ViaId)).ToList();
        var rows = new ClientRow?[visits.Count];
        return new BoardReading(rows, ReadAsync(person, visits, rows, ct));
    }

    private async Task<TimeSpan> ReadAsync(ClaimsPrincipal person, List<Membership> visits, ClientRow?[] rows, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        await Parallel.ForAsync(0, visits.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (i, token) =>
        {
            var row = new ClientRow(visits[i].TenantName, visits[i].Slug, visits[i].Access.Until);
            try
            {
                rows[i] = await ReadAsync(row, person, token) ?? row with { Problem = "Access has just ended." };
            }
            catch (PortalException expected)
            {
                rows[i] = row with { Problem = expected.Message };
            }
        });
        return time.GetElapsedTime(began);
    }

    /// <summary>What the clients used this month that let it be seen; null where none does, which is not zero.</summary>
    public static (long Micros, int Clients)? TotalOf(IReadOnlyCollection<ClientRow> rows) =>
        rows.Count(r => r.SpentMicros is not null) is > 0 and var granted ? (rows.Sum(r => r.SpentMicros ?? 0), granted) : null;

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
        var spent = provider.GetRequiredService<CurrentMember>().May(Permission.ViewBilling)
            ? await provider.GetRequiredService<BillingService>().ChargedThisMonthAsync(ct) : (long?)null;
        row = row with { Projects = projects.Count, SpentMicros = spent, Onboarding = await provider.GetRequiredService<Onboarding>().ReadAsync(ct) };
        return await NeediestAsync(provider, row, [.. projects.Take(MostProjects)], ct);
    }

    /// <summary>
    /// The longest idle come first, and nothing needs somebody more than what is blocked: the first blocked one ends the search. Of the
    /// others no more is read than their need.
    /// </summary>
    private static async Task<ClientRow> NeediestAsync(IServiceProvider provider, ClientRow row, List<ProjectRow> projects, CancellationToken ct)
    {
        var steps = provider.GetServices<IProjectStep>().OrderBy(s => s.Number).ToList();
        var idle = await IdleDaysAsync(provider, projects, ct);
        var neediest = row;
        foreach (var project in projects.OrderByDescending(p => idle[p.Id]))
        {
            var read = await ReadStepsAsync(row with { ProjectId = project.Id, ProjectName = project.Name, IdleDays = idle[project.Id] }, steps, r => r.Next is not null, ct);
            neediest = neediest.ProjectId is "" || read.Need < neediest.Need ? read : neediest;
            if (neediest.Next?.Status.State is StepState.Blocked)
            {
                break;
            }
        }

        return neediest.ProjectId is "" ? neediest : await ReadStepsAsync(neediest, steps, _ => false, ct);
    }

    private static async Task<ClientRow> ReadStepsAsync(ClientRow row, List<IProjectStep> steps, Func<ClientRow, bool> isEnough, CancellationToken ct)
    {
        foreach (var step in steps.Skip(row.Steps.Count))
        {
            if (isEnough(row))
            {
                break;
            }

            row = row with { Steps = [.. row.Steps, (step, await step.ReadAsync(row.ProjectId, ct))] };
        }

        return row;
    }

    // Of the log only when something was last done to a project, which its own pages show as well.
    private static async Task<Dictionary<string, int>> IdleDaysAsync(IServiceProvider provider, List<ProjectRow> projects, CancellationToken ct)
    {
        var ids = projects.Select(p => p.Id).ToList();
        await using var db = await provider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        var last = await db.Set<AuditEntry>().Where(e => e.ProjectId != null && ids.Contains(e.ProjectId)).GroupBy(e => e.ProjectId)
            .Select(g => new { g.Key, At = g.Max(e => e.At) }).ToListAsync(ct);
        return projects.ToDictionary(p => p.Id, p => Math.Max(0, (int)(db.Now - (last.Find(l => l.Key == p.Id)?.At ?? p.CreatedAt)).TotalDays));
    }
}
