using System.Security.Claims;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

public sealed record PlaybookRow(string Id, string Name, DateTime SavedAt, PlaybookContent Content);

/// <summary>The client a playbook was taken from, for the logs alone: the playbook does not know it.</summary>
public sealed record PlaybookOrigin(string EngagementId, string ClientId, string ClientName, string ProjectName);

/// <summary>The playbooks of an organisation. A consultant at a client has those of the consultancy, and never the client's.</summary>
public sealed class PlaybookService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, OtherSide other, TimeProvider time)
{
    public const int Most = 500;

    public bool MayManage => current.May(Permission.ManagePlaybooks) && !current.IsVisiting;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<PlaybookRow>> ListAsync(ClaimsPrincipal person, CancellationToken ct)
    {
        if (current.IsVisiting)
        {
            await using var home = await other.EnterConsultancyAsync(person, ct);
            return await home.ServiceProvider.GetRequiredService<PlaybookService>().ListAsync(person, ct);
        }

        current.Require(Permission.ViewProjects);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return [.. (await db.Playbooks.AsNoTracking().OrderByDescending(p => p.SavedAt).Take(Most).ToListAsync(ct)).Select(RowOf)];
    }

    public async Task RenameAsync(string playbookId, string name, CancellationToken ct)
    {
        await using var db = await OpenToChangeAsync(ct);
        var playbook = await db.Playbooks.SingleOrDefaultAsync(p => p.Id == playbookId, ct) ?? throw new NotFoundException("playbook");
        var before = playbook.Name;
        playbook.Rename(name);
        db.Audit("playbook.renamed", playbook.AsTarget(), $"Before: {before}");
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Projects that were begun with it keep what they have.</summary>
    public async Task DeleteAsync(string playbookId, CancellationToken ct)
    {
        await using var db = await OpenToChangeAsync(ct);
        var playbook = await db.Playbooks.SingleOrDefaultAsync(p => p.Id == playbookId, ct) ?? throw new NotFoundException("playbook");
        db.Playbooks.Remove(playbook);
        db.Audit("playbook.deleted", playbook.AsTarget());
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Begins a project with a playbook: here with one of one's own, at a client with one of the consultancy's.</summary>
    public async Task<Project> CreateProjectAsync(string name, string playbookId, ClaimsPrincipal person, CancellationToken ct)
    {
        current.Require(Permission.DefineTask);
        if (!current.IsVisiting)
        {
            return await BeginAsync(name, await GetAsync(playbookId, ct), null, ct);
        }

        await using var home = await other.EnterConsultancyAsync(person, ct);
        var playbook = await home.ServiceProvider.GetRequiredService<PlaybookService>().GetAsync(playbookId, ct);
        return await BeginAsync(name, playbook, home.ServiceProvider.GetRequiredService<CurrentMember>().Membership.TenantId, ct);
    }

    /// <summary>Puts one on this organisation's shelf. <see cref="PlaybookSource"/> has looked at what is in it.</summary>
    internal async Task<Playbook> AddAsync(string name, PlaybookContent content, PlaybookOrigin? origin, CancellationToken ct)
    {
        await using var db = await OpenToChangeAsync(ct);
        if (await db.Playbooks.CountAsync(ct) >= Most)
        {
            throw new PortalException($"{Most} playbooks are the most there can be. Delete some that are no longer used.");
        }

        var playbook = new Playbook { ContentJson = content.ToStored(), SavedAt = time.GetUtcNow().UtcDateTime };
        playbook.Rename(name);
        db.Playbooks.Add(playbook);
        var carried = PlaybookWords.Carried(content);
        db.Audit("playbook.saved", playbook.AsTarget(), origin is null ? carried : $"From the project {origin.ProjectName} of {origin.ClientName}. {carried}");
        // The client's log hears of it for certain: the act is saved with the playbook, or neither is.
        var told = origin is null ? null : other.Tell(
            db, origin.EngagementId, origin.ClientId, "playbook.taken", current.Membership.TenantName, $"Settings of the project {origin.ProjectName}, as the playbook {playbook.Name}. {carried}");
        await db.SaveChangesAsync(ct);
        if (told is not null)
        {
            other.Wake(told);
        }

        return playbook;
    }

    private async Task<Project> BeginAsync(string name, Playbook playbook, string? consultancyId, CancellationToken ct)
    {
        var (content, via) = (playbook.Content, current.IsVisiting ? current.Membership.Access.Via : "");
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await projects.AddAsync(db, name, content.ToTask(), ct);
        db.ProjectStarts.Add(new ProjectStart { ProjectId = project.Id, PlaybookName = playbook.Name, Via = via, SettingsJson = JsonSerializer.Serialize(content.Settings) });
        db.Audit("playbook.used", new AuditTarget("project", project.Id, project.Name, project.Id), via is "" ? $"Playbook: {playbook.Name}" : $"Playbook: {playbook.Name}, of {via}");
        var told = consultancyId is null ? null : other.Tell(
            db, current.Membership.Access.ViaId, consultancyId, "playbook.used-at-client", current.Membership.TenantName, $"Playbook: {playbook.Name}. Project: {project.Name}");
        await db.SaveChangesAsync(ct);
        if (told is not null)
        {
            other.Wake(told);
        }

        return project;
    }

    private async Task<Playbook> GetAsync(string playbookId, CancellationToken ct)
    {
        current.Require(Permission.ViewProjects);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Playbooks.AsNoTracking().SingleOrDefaultAsync(p => p.Id == playbookId, ct) ?? throw new NotFoundException("playbook");
    }

    // An engagement lets a consultant take a playbook along; the client's own stay the client's.
    private async Task<PortalDbContext> OpenToChangeAsync(CancellationToken ct)
    {
        current.Require(Permission.ManagePlaybooks);
        return current.IsVisiting ? throw new NotFoundException("playbook") : await dbs.CreateDbContextAsync(ct);
    }

    private static PlaybookRow RowOf(Playbook playbook) => new(playbook.Id, playbook.Name, playbook.SavedAt, playbook.Content);
}
