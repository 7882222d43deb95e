using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

/// <summary>Two organisations on a portal, a provider of their own beside the platform's, and a name server to publish in.</summary>
internal sealed class ProviderRig : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string[]> _records;
    private readonly WebApplication _names;

    private ProviderRig(SignInRig portal, ForgingAuthority provider, WebApplication names, ConcurrentDictionary<string, string[]> records) =>
        (Portal, Provider, _names, _records) = (portal, provider, names, records);

    public SignInRig Portal { get; }

    public ForgingAuthority Provider { get; }

    public string OwnerId { get; private set; } = "";

    public bool IsNameServerDown { get; set; }

    public static async Task<ProviderRig> StartAsync()
    {
        var records = new ConcurrentDictionary<string, string[]>();
        ProviderRig? rig = null;
        var builder = WebApplication.CreateBuilder(SignInRig.NoWatching());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var names = builder.Build();
        names.MapGet("/resolve", (string name) => Results.Json(rig!.IsNameServerDown ? new Dictionary<string, object> { ["Status"] = 2 } // set before anybody asks
            : records.TryGetValue(name, out var texts)
                ? new Dictionary<string, object> { ["Status"] = 0, ["Answer"] = texts.Select(text => new { name, type = 16, data = $"\"{text}\"" }).ToArray() }
                : new Dictionary<string, object> { ["Status"] = 3 }));
        await names.StartAsync();
        var portal = await SignInRig.StartAsync(("SignIn:AllowLoopbackProviders", "true"), ("SignIn:ResolverUrl", names.Urls.First() + "/resolve"));
        rig = new ProviderRig(portal, await ForgingAuthority.StartAsync(), names, records);
        await rig.OutsideAsync(async db =>
        {
            var owner = new User { Issuer = "https://elsewhere.example", Subject = "owner" };
            db.Users.Add(owner);
            foreach (var slug in new[] { "acme", "other" })
            {
                var tenant = new Tenant { Slug = slug, Name = slug };
                db.Tenants.Add(tenant);
                db.Members.Add(new Member { TenantId = tenant.Id, UserId = owner.Id, Role = MemberRole.Owner });
            }

            rig.OwnerId = owner.Id;
            return await db.SaveChangesAsync();
        });
        return rig;
    }

    /// <summary>All that stands at a name from now on.</summary>
    public void Publish(string name, params string[] values) => _records[name] = values;

    /// <summary>A provider that is on, with the domain {org}.example, proved where asked for, and admission by it.</summary>
    /// <returns>The provider's id.</returns>
    public async Task<string> ConfigureAsync(string org, bool verified = true, string? issuer = null)
    {
        var id = await AddAsync(org, issuer);
        if (verified)
        {
            await ProveAsync(org, org + ".example");
            await ActAsync<IdentityProviderService>(org, async s => await s.AdmitAsync(id, true, MemberRole.Reviewer, await VersionAsync(s, id), default));
        }

        await SwitchAsync(org, id, on: true);
        return id;
    }

    public async Task<string> AddAsync(string org, string? issuer = null, string secret = ForgingAuthority.ClientSecret)
    {
        var id = "";
        await ActAsync<IdentityProviderService>(org, async s => id = await s.AddAsync(new ProviderDraft($"{org}'s own", issuer ?? Provider.Issuer, ForgingAuthority.ClientId, secret), default));
        return id;
    }

    public Task SwitchAsync(string org, string id, bool on) => ActAsync<IdentityProviderService>(org, async s => await s.SwitchAsync(id, on, await VersionAsync(s, id), default));

    public async Task ProveAsync(string org, string domain)
    {
        var row = await ClaimAsync(org, domain);
        Publish(row.RecordName, row.RecordValue);
        await ActAsync<DomainService>(org, s => s.VerifyAsync(row.Id, default));
    }

    public async Task<DomainRow> ClaimAsync(string org, string domain)
    {
        IReadOnlyList<DomainRow> rows = [];
        await ActAsync<DomainService>(org, async s =>
        {
            await s.ClaimAsync(domain, default);
            rows = await s.ListAsync(default);
        });
        return rows.Single(r => r.VerifiedAt is null);
    }

    public async Task<IReadOnlyList<ProviderFinding>> CheckAsync(string org, string id)
    {
        IReadOnlyList<ProviderFinding> findings = [];
        await ActAsync<ProviderCheck>(org, async s => findings = await s.RunAsync(id, Portal.Address, default));
        return findings;
    }

    public Task<MemberRole?> RoleAsync(string org, string? userId) => OutsideAsync(async db =>
    {
        var tenant = await db.Tenants.SingleAsync(t => t.Slug == org);
        return (await db.Members.SingleOrDefaultAsync(m => m.TenantId == tenant.Id && m.UserId == userId))?.Role;
    });

    public Task<int> AddMemberAsync(string org, string userId, MemberRole role) => OutsideAsync(async db =>
    {
        var tenant = await db.Tenants.SingleAsync(t => t.Slug == org);
        db.Members.Add(new Member { TenantId = tenant.Id, UserId = userId, Role = role });
        return await db.SaveChangesAsync();
    });

    /// <summary>So many belong to it, its owner with an address among them.</summary>
    public Task<int> FillAsync(string org, int members) => OutsideAsync(async db =>
    {
        var tenant = await db.Tenants.SingleAsync(t => t.Slug == org);
        (await db.Users.SingleAsync(u => u.Id == OwnerId)).SignedIn("Olivia", $"olivia@{org}.example", true, DateTime.UnixEpoch);
        for (var number = await db.Members.CountAsync(m => m.TenantId == tenant.Id); number < members; number++)
        {
            var user = db.Users.Add(new User { Issuer = "https://elsewhere.example", Subject = $"filling-{number}" }).Entity;
            db.Members.Add(new Member { TenantId = tenant.Id, UserId = user.Id, Role = MemberRole.Viewer });
        }

        return await db.SaveChangesAsync();
    });

    /// <summary>What a node does with somebody whom the provider has just vouched for.</summary>
    public async Task<Admission> AdmitAsync(string providerId, string name)
    {
        var person = new PersonClaims(name, $"{name.Replace(' ', '.')}@acme.example", IsEmailVerified: true);
        await using var scope = Portal.Services.CreateAsyncScope();
        var user = await scope.ServiceProvider.GetRequiredService<TenancyService>().SignInAsync(Provider.Issuer, name, person, default);
        var directory = scope.ServiceProvider.GetRequiredService<ProviderDirectory>();
        return await directory.AdmitAsync((await directory.FindAsync(providerId, default))!, user, person, "10.0.0.9", default); // it is on
    }

    public Task<int> MemberCountAsync(string org) => OutsideAsync(async db =>
    {
        var tenant = await db.Tenants.SingleAsync(t => t.Slug == org);
        return await db.Members.CountAsync(m => m.TenantId == tenant.Id);
    });

    public async Task<IReadOnlyList<OutgoingMail>> MailsAsync(string org)
    {
        await using var scope = Portal.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(await OutsideAsync(db => db.Tenants.Where(t => t.Slug == org).Select(t => t.Id).SingleAsync()));
        await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await db.OutgoingMails.AsNoTracking().ToListAsync();
    }

    /// <summary>Whether the gate of an organisation opens for the session of a browser.</summary>
    public async Task<bool> IsLetInAsync(string org, TestBrowser browser)
    {
        var (person, issuedBy) = (await browser.WhoamiAsync(), await OutsideAsync(async db => await db.SignInSessions.OrderByDescending(s => s.CreatedAt).ToListAsync()));
        var session = issuedBy.Single(s => s.Id == person.SessionId);
        Claim[] claims = [new(PortalClaims.UserId, person.UserId!), new(SessionClaims.SessionIdClaim, session.Id), .. session.ProviderTenantId is { } own ? [new Claim(SessionClaims.ProviderTenantClaim, own)] : Array.Empty<Claim>()]; // signed in
        await using var scope = Portal.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(new ClaimsPrincipal(new ClaimsIdentity(claims, "test")), org, "", default);
    }

    /// <summary>What a log says of sign-ins, after everything waiting was told to it.</summary>
    public async Task<IReadOnlyList<AuditEntry>> LogAsync(string org)
    {
        foreach (var act in await OutsideAsync(db => db.SessionActs.OrderBy(a => a.At).ToListAsync()))
        {
            // Twice, as a sweep and a wake-up may do it at once.
            for (var time = 0; time < 2; time++)
            {
                await using var own = Portal.Services.CreateAsyncScope();
                await own.ServiceProvider.GetRequiredService<SessionActWorker>().RunAsync(act.TellTenantId, act.Id, default);
            }
        }

        await using var scope = Portal.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(await OutsideAsync(db => db.Tenants.Where(t => t.Slug == org).Select(t => t.Id).SingleAsync()));
        await using var inside = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        Assert.True((await inside.VerifyAuditAsync(default)).IsIntact);
        return await inside.Set<AuditEntry>().AsNoTracking().OrderBy(e => e.Sequence).ToListAsync();
    }

    public async Task<T> OutsideAsync<T>(Func<PortalDbContext, Task<T>> act)
    {
        await using var scope = Portal.Services.CreateAsyncScope();
        await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await act(db);
    }

    public Task ActAsync<T>(string org, Func<T, Task> act)
        where T : notnull => ActAsync(org, OwnerId, act);

    public async Task ActAsync<T>(string org, string userId, Func<T, Task> act)
        where T : notnull
    {
        await using var scope = Portal.Services.CreateAsyncScope();
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, userId), new Claim("name", "Olivia")]));
        Assert.True(await scope.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(user, org, "10.0.0.9", default));
        await act(scope.ServiceProvider.GetRequiredService<T>());
    }

    public static async Task<long> VersionAsync(IdentityProviderService service, string id) => (await service.ListAsync(default)).Rows.Single(r => r.Id == id).Version;

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Provider.DisposeAsync();
        await _names.DisposeAsync();
    }
}
