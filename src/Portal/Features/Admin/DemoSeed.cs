using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
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

        // In the background: nobody waits for the demo to see the sign-in page.
        if (await db.Tenants.SingleOrDefaultAsync(t => t.Slug == s_organizations[0].Slug, ct) is { } withProject)
        {
            jobs.Enqueue<DemoWorker>(w => w.RunAsync(withProject.Id, CancellationToken.None));
        }
    }

    private async Task AddOrganizationsAsync(PortalDbContext db, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var issuer = signIn.Value.Authority.TrimEnd('/');
        foreach (var (slug, name, kind) in s_organizations)
        {
            db.Tenants.Add(new Tenant { Slug = slug, Name = name, Kind = kind, CreatedAt = now });
        }

        foreach (var person in DemoPeople.All)
        {
            var user = new User { Issuer = issuer, Subject = person.Subject, IsPlatformAdmin = person.IsPlatformAdmin, CreatedAt = now };
            db.Users.Add(user);
            var tenant = db.Tenants.Local.SingleOrDefault(t => t.Slug == person.OrganizationSlug);
            if (tenant is not null)
            {
                db.Members.Add(new Member { TenantId = tenant.Id, UserId = user.Id, Role = person.Role, CreatedAt = now });
            }
        }

        await db.SaveChangesAsync(ct);
    }
}
