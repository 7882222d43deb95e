using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>The names by which a playbook would say whose project it was, and the labels that were taken from its rows.</summary>
public sealed class ProjectNames(IDbContextFactory<PortalDbContext> dbs) : IProjectTexts
{
    public async IAsyncEnumerable<ProjectText> ReadAsync(string projectId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var tenantId = db.TenantId;
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == tenantId, ct);
        yield return Name(tenant.Name, tenant.Slug, tenant.Id);
        var people = await (
            from member in db.Members.AsNoTracking()
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId
            select new { user.Id, user.Name, user.Email }).ToListAsync(ct);
        foreach (var person in people)
        {
            yield return Name(person.Name, person.Email, person.Id);
        }

        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, ct);
        yield return Name(project.Id, project.CreatedByName);
        foreach (var label in (await db.TaskDefinitions.AsNoTracking().SingleAsync(t => t.ProjectId == projectId, ct)).Labels)
        {
            yield return new ProjectText(ProjectTextKind.Label, [label]);
        }
    }

    private static ProjectText Name(params string[] texts) => new(ProjectTextKind.Name, texts);
}
