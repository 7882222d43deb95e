using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Admin;

/// <summary>On the first start of a demo: two organisations, a consultancy and an admin, and one project ready to be tuned.</summary>
public sealed class DemoSeed(IDbContextFactory<PortalDbContext> dbs, IOptions<SignInOptions> signIn, IBackgroundJobClient jobs, TimeProvider time)
{
    private static readonly (string Slug, string Name, TenantKind Kind)[] s_organizations =
    [
        ("northwind-travel", "Northwind Travel", TenantKind.Customer),
        ("harbour-insurance", "Harbour Insurance", TenantKind.Customer),
        ("fieldwork-partners", "Fieldwork Partners", TenantKind.Consultancy),
    ];

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (!await db.Tenants.AnyAsync(ct))
        {
            await AddOrganizationsAsync(db, ct);
        }

        await AddPeopleAsync(db, ct);

        // In the background: nobody waits for the demo to see the sign-in page.
        if (await db.Tenants.SingleOrDefaultAsync(t => t.Slug == s_organizations[0].Slug, ct) is { } withProject)
        {
            jobs.Enqueue<DemoWorker>(w => w.RunAsync(withProject.Id, CancellationToken.None));
        }
    }

    private async Task AddOrganizationsAsync(PortalDbContext db, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var (slug, name, kind) in s_organizations)
        {
            if (await db.WasErasedAsync(slug, ct))
            {
                continue;
            }

            db.Tenants.Add(new Tenant { Slug = slug, Name = name, Kind = kind, CreatedAt = now });
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>Also those that an older demo does not know. Whoever is known stays as they are: they may have been given another role, or left.</summary>
    private async Task AddPeopleAsync(PortalDbContext db, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var issuer = signIn.Value.Authority.TrimEnd('/');
        var known = await db.Users.Where(u => u.Issuer == issuer).Select(u => u.Subject).ToListAsync(ct);
        var tenants = await db.Tenants.AsNoTracking().ToDictionaryAsync(t => t.Slug, t => t.Id, ct);
        foreach (var person in DemoPeople.All.Where(p => !known.Contains(p.Subject)))
        {
            var user = new User { Issuer = issuer, Subject = person.Subject, IsPlatformAdmin = person.IsPlatformAdmin, CreatedAt = now };
            user.Expect(person.Name, person.Email);
            db.Users.Add(user);
            foreach (var (organization, role) in person.Memberships.Where(m => tenants.ContainsKey(m.Organization)))
            {
                db.Members.Add(new Member { TenantId = tenants[organization], UserId = user.Id, Role = role, CreatedAt = now });
            }
        }

        await db.SaveChangesAsync(ct);
        if (!await db.Engagements.AnyAsync(ct))
        {
            await AddEngagementsAsync(db, now, ct);
        }
    }

    /// <summary>The consultant works for the first organisation, and has asked the second.</summary>
    private static async Task AddEngagementsAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var slugs = s_organizations.Select(o => o.Slug).ToList();
        var tenants = await db.Tenants.AsNoTracking().Where(t => slugs.Contains(t.Slug)).ToDictionaryAsync(t => t.Slug, ct);
        if (tenants.Count < slugs.Count || await OwnerOfAsync(tenants[slugs[0]]) is not { } owner || await OwnerOfAsync(tenants[slugs[2]]) is not { } consultant)
        {
            // Somebody has made this demo their own.
            return;
        }

        var (client, asked, consultancy) = (tenants[slugs[0]], tenants[slugs[1]], tenants[slugs[2]]);
        var all = Permissions.ForConsultants;
        var running = new Engagement
        {
            ConsultancyId = consultancy.Id, ClientId = client.Id, AskedBy = EngagementSide.Consultancy, AskedSlug = client.Slug, AskedByName = "Carla Mendes", AskedAt = now,
            Note = "To bring message routing live before the winter season.",
        };
        var grant = new EngagementGrant([.. all], null, now.Date, now.Date.AddDays(180));
        running.Ask(grant, now);
        running.NameConsultants([consultant.UserId]);
        running.Approve(grant, owner.UserId, "Olivia Brandt", now);
        var pending = new Engagement
        {
            ConsultancyId = consultancy.Id, ClientId = asked.Id, AskedBy = EngagementSide.Consultancy, AskedSlug = asked.Slug, AskedByName = "Carla Mendes", AskedAt = now,
            Note = "We would set up claims triage with you. Raw claims are not needed for that.",
        };
        pending.Ask(new EngagementGrant([.. all.Except([Permission.ReadRows, Permission.ReviewRows, Permission.ApproveRelease, Permission.ViewBilling])], null, now.Date, now.Date.AddDays(90)), now);
        pending.NameConsultants([consultant.UserId]);
        db.Engagements.AddRange(running, pending);

        await db.SaveChangesAsync(ct);

        Task<Member?> OwnerOfAsync(Tenant tenant) =>
            db.Members.AsNoTracking().Where(m => m.TenantId == tenant.Id && m.Role == MemberRole.Owner).OrderBy(m => m.CreatedAt).FirstOrDefaultAsync(ct);
    }
}
