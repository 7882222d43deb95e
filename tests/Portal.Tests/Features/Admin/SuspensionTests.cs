using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Admin;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class SuspensionTests : IDisposable
{
    private readonly AdminRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Suspend_ThenRestore_ClosesForMembersTellsBothLogsAndTheOwner()
    {
        var olivia = await _rig.SignInAsync("olivia", "northwind");
        var tenant = await _rig.AddTenantAsync("northwind");
        await using var open = _rig.Circuit();
        var gate = open.ServiceProvider.GetRequiredService<MemberGate>();
        Assert.True(await gate.EnterAsync(olivia, "northwind", "", CancellationToken.None));
        var pat = await _rig.AsAdminAsync();

        await AdminRig.SuspendAsync(pat, tenant, "northwind");
        await _rig.TellAsync();

        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        var refused = await Assert.ThrowsAsync<AccessChangedException>(() => open.ServiceProvider.GetRequiredService<ProjectService>().ListAsync(CancellationToken.None));
        Assert.True(refused.Ended);
        Assert.Equal(GateState.Closed, await gate.CheckAsync(CancellationToken.None));
        Assert.Equal(new Suspension("northwind", "Payment is overdue since August."), gate.Suspension);
        await using var fresh = _rig.Circuit();
        Assert.False(await fresh.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(olivia, "northwind", "", CancellationToken.None));

        foreach (var (log, via) in new[] { (tenant, PlatformLog.Via), (PlatformLog.Id, "") })
        {
            var entry = Assert.Single(await _rig.LogAsync(log));
            Assert.Equal(("organization.suspended", "pat", via, "10.0.0.7", tenant), (entry.Action, entry.ActorName, entry.Via, entry.Address, entry.TargetId));
            Assert.Contains("Payment is overdue", entry.Details, StringComparison.Ordinal);
        }

        Assert.Equal("olivia@example.com", (await _rig.ReadAsync(tenant, db => db.OutgoingMails.SingleAsync())).Recipient);

        await AdminRig.RestoreAsync(pat, tenant);

        await using var again = _rig.Circuit();
        Assert.True(await again.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(olivia, "northwind", "", CancellationToken.None));
        Assert.Equal("organization.restored", (await _rig.LogAsync(tenant))[^1].Action);
    }

    [Theory]
    [InlineData("northwin", "Payment is overdue since August.")]
    [InlineData("Northwind", "Payment is overdue since August.")]
    [InlineData("northwind", "short")]
    [InlineData("northwind", "            ")]
    public async Task Suspend_WithTheWrongNameOrNoReason_ChangesNothing(string name, string reason)
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();

        await Assert.ThrowsAsync<PortalException>(() => AdminRig.SuspendAsync(pat, tenant, name, reason));

        Assert.False(await _rig.ReadAsync(tenant, db => db.IsSuspendedAsync(CancellationToken.None)));
        Assert.Empty(await _rig.LogAsync(tenant));
    }

    [Fact]
    public async Task Suspend_ByAnybodyElse_FindsNothing()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        await using var circuit = _rig.Circuit();
        _rig.Seat.User = await _rig.SignInAsync("olivia", "northwind");

        await Assert.ThrowsAsync<NotFoundException>(() => AdminRig.SuspendAsync(circuit.ServiceProvider, tenant, "northwind"));
        await Assert.ThrowsAsync<NotFoundException>(() => circuit.ServiceProvider.GetRequiredService<TenantDirectory>().ListAsync(null, false, 0, CancellationToken.None));
        Assert.Empty(await _rig.LogAsync(tenant));
    }

    [Fact]
    public async Task Suspend_AfterTheAdminsSessionOrRightEnded_FindsNothing()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();
        await pat.GetRequiredService<SessionService>().EndAsync(_rig.Seat.User.PortalUserId() ?? "", _rig.Seat.User.SessionId() ?? "", CancellationToken.None);
        await Assert.ThrowsAsync<NotFoundException>(() => AdminRig.SuspendAsync(pat, tenant, "northwind"));

        var kim = await _rig.AsAdminAsync("kim");
        await using (var db = _rig.Database.CreateDbContextFor(new TenantScope()))
        {
            await db.Users.Where(u => u.Name == "kim").ExecuteUpdateAsync(set => set.SetProperty(u => u.IsPlatformAdmin, false));
        }

        await Assert.ThrowsAsync<NotFoundException>(() => AdminRig.SuspendAsync(kim, tenant, "northwind"));
    }

    [Fact]
    public async Task Suspend_ByTwoAdminsAtOnce_IsDoneOnce()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await AdminRig.SuspendAsync(pat, tenant, "northwind");
                return true;
            }
            catch (PortalException)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, done => done);
        Assert.Single(await _rig.LogAsync(tenant));
    }

    [Fact]
    public async Task Suspension_OfEitherSide_RestsTheEngagement()
    {
        var (client, consultancy) = (await _rig.AddTenantAsync("northwind"), await _rig.AddTenantAsync("fieldwork", kind: TenantKind.Consultancy));
        var carla = await _rig.SignInAsync("carla", "fieldwork");
        await using (var db = _rig.Database.CreateDbContextFor(new TenantScope()))
        {
            var engagement = new Engagement { ConsultancyId = consultancy, ClientId = client, AskedBy = EngagementSide.Consultancy, AskedSlug = "northwind", AskedAt = _rig.Now };
            var grant = new EngagementGrant([Permission.ViewProjects], null, _rig.Now.Date, _rig.Now.Date.AddDays(30));
            engagement.Ask(grant, _rig.Now);
            engagement.NameConsultants([carla.PortalUserId() ?? ""]);
            engagement.Approve(grant, "usr_olivia", "Olivia", _rig.Now);
            db.Add(engagement);
            await db.SaveChangesAsync();
        }

        var pat = await _rig.AsAdminAsync();
        Assert.True(await EntersAsync());
        foreach (var (side, name) in new[] { (client, "northwind"), (consultancy, "fieldwork") })
        {
            await AdminRig.SuspendAsync(pat, side, name);
            Assert.False(await EntersAsync());
            await AdminRig.RestoreAsync(pat, side);
            Assert.True(await EntersAsync());
        }

        async Task<bool> EntersAsync()
        {
            await using var circuit = _rig.Circuit();
            return await circuit.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(carla, "northwind", "", CancellationToken.None);
        }
    }

    [Fact]
    public async Task Sweep_AfterALostWakeUp_TellsThePlatformsLog()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        await AdminRig.SuspendAsync(await _rig.AsAdminAsync(), tenant, "northwind");
        _rig.Work.Enqueued.Clear();
        _rig.Time.Advance(TimeSpan.FromMinutes(1));

        await using (var db = _rig.Database.For(null).CreateDbContext())
        {
            Assert.Equal(1, await new PlatformActSweep(_rig.Work).EnqueueLostAsync(db, _rig.Now, CancellationToken.None));
        }

        await _rig.TellAsync();
        Assert.Single(await _rig.LogAsync(PlatformLog.Id));
        await using var later = _rig.Database.For(null).CreateDbContext();
        Assert.Equal(0, await new PlatformActSweep(_rig.Work).EnqueueLostAsync(later, _rig.Now, CancellationToken.None));
    }
}
