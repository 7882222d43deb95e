using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

public sealed record ProjectRow(string Id, string Name, DateTime CreatedAt, string Goal, bool IsDefined);

public sealed record ProjectDetail(Project Project, TaskDefinition Task);

/// <summary>What the Define page saves, as it goes.</summary>
public sealed record TaskDraft(string Goal, TaskKind Kind, string Instruction, IReadOnlyList<string> Labels, MetricKind Metric, double? Target);

public sealed class ProjectService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, IEnumerable<IPlanLimits> limits, TimeProvider time)
{
    public async Task<IReadOnlyList<ProjectRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = from project in db.Projects.AsNoTracking()
                   join task in db.TaskDefinitions on project.Id equals task.ProjectId
                   orderby project.CreatedAt descending
                   select new { project.Id, project.Name, project.CreatedAt, task.Goal, IsDefined = task.Target != null && task.Goal != "" && task.Instruction != "" };
        return [.. (await rows.Take(500).ToListAsync(ct)).Select(r => new ProjectRow(r.Id, r.Name, r.CreatedAt, r.Goal, r.IsDefined))];
    }

    public Task<Project> CreateAsync(string name, CancellationToken ct) => CreateAsync(name, null, ct);

    /// <param name="name">What it is called.</param>
    /// <param name="draft">Its task, as far as it is known yet.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Project> CreateAsync(string name, TaskDraft? draft, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await AddAsync(db, name, draft, ct);
        await db.SaveChangesAsync(ct);
        return project;
    }

    public bool MayCreate => current.May(Permission.DefineTask) && !IsOfChosenProjects;

    private bool IsOfChosenProjects => current is { IsInside: true, Membership.Access.ProjectIds: not null };

    /// <summary>Adds a project with its task to what the context saves next.</summary>
    internal async Task<Project> AddAsync(PortalDbContext db, string name, TaskDraft? draft, CancellationToken ct)
    {
        current.Require(Permission.DefineTask);
        if (IsOfChosenProjects)
        {
            throw new PortalException("Your engagement covers chosen projects, so you cannot create others here. Ask an owner of the organization to create it and to add it to the engagement.");
        }

        await limits.RequireRoomAsync(db, Limit.Projects, ct);
        var now = time.GetUtcNow().UtcDateTime;
        var project = new Project { CreatedAt = now, CreatedByUserId = current.UserId, CreatedByName = current.UserName };
        project.Rename(name);
        db.Projects.Add(project);
        var task = new TaskDefinition { ProjectId = project.Id };
        if (draft is not null)
        {
            Fill(task, draft);
        }

        task.Saved(now);
        db.TaskDefinitions.Add(task);
        db.Audit("project.created", project.AsTarget());
        return project;
    }

    /// <summary>The playbook that a project was begun with; null where there was none.</summary>
    public async Task<ProjectStart?> StartOfAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.ProjectStarts.AsNoTracking().SingleOrDefaultAsync(s => s.ProjectId == projectId, ct);
    }

    /// <summary>Throws <see cref="NotFoundException"/> for an id that is not this tenant's.</summary>
    public async Task<ProjectDetail> GetAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId, ct) ?? throw new NotFoundException("project");
        var task = await db.TaskDefinitions.AsNoTracking().SingleAsync(t => t.ProjectId == projectId, ct);
        return new ProjectDetail(project, task);
    }

    public async Task RenameAsync(string projectId, string name, CancellationToken ct)
    {
        current.Require(Permission.DefineTask);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await db.Projects.SingleOrDefaultAsync(p => p.Id == projectId, ct) ?? throw new NotFoundException("project");
        var before = project.Name;
        project.Rename(name);
        db.Audit("project.renamed", project.AsTarget(), $"Before: {before}");
        await db.SaveChangesAsync(ct);
    }

    public async Task SaveTaskAsync(string projectId, TaskDraft draft, CancellationToken ct)
    {
        current.Require(Permission.DefineTask);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var task = await db.TaskDefinitions.SingleOrDefaultAsync(t => t.ProjectId == projectId, ct) ?? throw new NotFoundException("project");
        Fill(task, draft);
        task.Saved(time.GetUtcNow().UtcDateTime);
        db.Audit("task.saved", new AuditTarget("project", projectId, "", projectId), TaskWords.Summary(task));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Fills the label set from data, unless somebody has listed it already. True when it did.</summary>
    public async Task<bool> TakeLabelsFromDataAsync(string projectId, IReadOnlyCollection<string> labels, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var task = await db.TaskDefinitions.SingleOrDefaultAsync(t => t.ProjectId == projectId, ct) ?? throw new NotFoundException("project");
        if (task.Kind is not TaskKind.Classify || task.Labels.Count > 0 || labels.Count > TaskDefinition.MaximumLabels)
        {
            return false;
        }

        task.SetLabels(labels.Order(StringComparer.Ordinal));
        task.Saved(time.GetUtcNow().UtcDateTime);
        db.Audit("task.labels-taken", new AuditTarget("project", projectId, "", projectId), $"{task.Labels.Count} labels, from the frozen rows");
        await db.SaveChangesAsync(ct);
        return true;
    }

    private static void Fill(TaskDefinition task, TaskDraft draft)
    {
        task.Goal = draft.Goal.Trim();
        task.Kind = draft.Kind;
        task.Instruction = draft.Instruction.Trim();
        task.Metric = TaskDefinition.MetricsFor(draft.Kind).Contains(draft.Metric) ? draft.Metric : TaskDefinition.MetricsFor(draft.Kind)[0];
        task.SetTarget(draft.Target);
        task.SetLabels(draft.Labels);
    }
}
