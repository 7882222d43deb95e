using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

/// <summary>Who is inside stays inside only as long as they may: asked of the database before the next operation.</summary>
public sealed class MemberGateTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));
    private readonly PortalDatabase _database;
    private readonly ServiceProvider _services;

    public MemberGateTests()
    {
        _database = new PortalDatabase(_time);
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_time)
            .AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<MemberGate>()
            .AddScoped<IDbContextFactory<PortalDbContext>>(provider => new Factory(_database, provider.GetRequiredService<TenantScope>()))
            .BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Enter_OrganizationOfOthers_IsRefusedAsOneThatIsNotThere()
    {
        var (user, _) = await AddMemberAsync("northwind", MemberRole.Editor);
        await AddMemberAsync("harbour", MemberRole.Editor);

        await using var scope = _services.CreateAsyncScope();
        var gate = scope.ServiceProvider.GetRequiredService<MemberGate>();
        Assert.False(await gate.EnterAsync(user, "harbour", "", CancellationToken.None));
        Assert.False(await gate.EnterAsync(user, "nowhere", "", CancellationToken.None));
        Assert.False(await gate.EnterAsync(new ClaimsPrincipal(), "northwind", "", CancellationToken.None));
        Assert.True(await gate.EnterAsync(user, "northwind", "", CancellationToken.None));
    }

    [Fact]
    public async Task Operation_AfterTheMembershipEnded_IsRefused()
    {
        var (user, memberId) = await AddMemberAsync("northwind", MemberRole.Editor);
        await using var scope = await EnterAsync(user);
        await RemoveAsync(memberId);
        _time.Advance(TimeSpan.FromSeconds(2));

        var ended = await Assert.ThrowsAsync<AccessChangedException>(() => OperateAsync(scope));
        Assert.True(ended.Ended);
        await Assert.ThrowsAsync<AccessChangedException>(() => OperateAsync(scope));
        Assert.Equal(GateState.Closed, await scope.ServiceProvider.GetRequiredService<MemberGate>().CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Operation_AfterTheRoleChanged_IsRefusedOnceAndGoesOnWithTheNewRole()
    {
        var (user, memberId) = await AddMemberAsync("northwind", MemberRole.Editor);
        await using var scope = await EnterAsync(user);
        var current = scope.ServiceProvider.GetRequiredService<CurrentMember>();
        Assert.True(current.May(Permission.Tune));
        await RemoveAsync(memberId);
        await AddAgainAsync(user, MemberRole.Viewer);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.False((await Assert.ThrowsAsync<AccessChangedException>(() => OperateAsync(scope))).Ended);
        await OperateAsync(scope);
        Assert.Throws<ForbiddenException>(() => current.Require(Permission.Tune));
    }

    private static async Task OperateAsync(AsyncServiceScope scope)
    {
        await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
    }

    private async Task<AsyncServiceScope> EnterAsync(ClaimsPrincipal user)
    {
        var scope = _services.CreateAsyncScope();
        Assert.True(await scope.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(user, "northwind", "10.0.0.7", CancellationToken.None));
        return scope;
    }

    private async Task<(ClaimsPrincipal User, string MemberId)> AddMemberAsync(string slug, MemberRole role)
    {
        await using var db = Outside();
        var tenant = new Tenant { Name = slug, Slug = slug };
        var user = new User { Issuer = "https://id.example", Subject = slug };
        db.AddRange(tenant, user);
        var member = new Member { TenantId = tenant.Id, UserId = user.Id, Role = role };
        db.Add(member);
        await db.SaveChangesAsync();
        return (new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, user.Id), new Claim("name", slug)], "test")), member.Id);
    }

    /// <summary>Where organisations and their members are made: before anybody is in one.</summary>
    private PortalDbContext Outside() => _database.CreateDbContextFor(new TenantScope());

    private async Task RemoveAsync(string memberId)
    {
        await using var db = Outside();
        await db.Members.Where(m => m.Id == memberId).ExecuteDeleteAsync();
    }

    private async Task AddAgainAsync(ClaimsPrincipal user, MemberRole role)
    {
        await using var db = Outside();
        db.Add(new Member { TenantId = (await db.Tenants.SingleAsync()).Id, UserId = user.PortalUserId() ?? "", Role = role });
        await db.SaveChangesAsync();
    }

    /// <summary>Asks the scope again before each context, as the portal's factory does.</summary>
    private sealed class Factory(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);

        public async Task<PortalDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await scope.RecheckAsync(cancellationToken);
            return CreateDbContext();
        }
    }
}
