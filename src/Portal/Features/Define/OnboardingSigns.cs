using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>A connection counts once it was tried with success, or Google has answered over it.</summary>
public sealed class ConnectionSign(IDbContextFactory<PortalDbContext> dbs, ConnectService connect) : IOnboardingSign
{
    public int Number => 1;

    public string Name => "Google connection made";

    public string Todo => "an owner or admin tests the Google connection";

    public string Step => "";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        if (connect.IsSandbox)
        {
            return new OnboardingReading(true, null, "practice mode, nothing reaches Google");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.UsageEvents.AnyAsync(ct))
        {
            return new OnboardingReading(true);
        }

        var tested = await db.Set<AuditEntry>().Where(e => e.Action == "connection.tested").OrderByDescending(e => e.Sequence).Select(e => e.Details).FirstOrDefaultAsync(ct);
        return new OnboardingReading(tested?.Contains(": failed", StringComparison.Ordinal) is false);
    }
}

public sealed class TaskSign(IDbContextFactory<PortalDbContext> dbs) : IOnboardingSign
{
    public int Number => 2;

    public string Name => "Project defined";

    public string Todo => "define the first project";

    public string Step => "define";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var projects = await (
            from task in db.TaskDefinitions
            orderby task.UpdatedAt descending
            select new { task.ProjectId, IsDefined = task.Target != null && task.Goal != "" && task.Instruction != "" }).Take(500).ToListAsync(ct);
        return new OnboardingReading(projects.Exists(p => p.IsDefined), (projects.Find(p => p.IsDefined) ?? projects.FirstOrDefault())?.ProjectId);
    }
}
