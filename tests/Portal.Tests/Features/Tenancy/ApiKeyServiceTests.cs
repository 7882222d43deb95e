using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Leave;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class ApiKeyServiceTests : IAsyncLifetime
{
    private static readonly KeyVerb[] s_data = [KeyVerb.ReadData, KeyVerb.WriteData];

    private readonly EngagementRig _rig = new();

    private static CancellationToken Ct => CancellationToken.None;

    private DateTime Now => _rig.Time.GetUtcNow().UtcDateTime;

    public async ValueTask InitializeAsync() => await _rig.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Issue_AKey_LeavesItsSecretNowhere()
    {
        var key = await IssueAsync(new KeyDraft("Night shift"));

        var stored = await _rig.ReadAsync("northwind", db => db.ApiKeys.SingleAsync(Ct));
        Assert.Equal((KeySecret.HashOf(key.Secret), KeySecret.PrefixOf(key.Secret), "olivia"), (stored.Hash, stored.Prefix, stored.CreatedByName));
        Assert.DoesNotContain((await _rig.LogAsync("northwind")).Select(e => e.TargetName + e.Details), t => t.Contains(key.Secret[20..], StringComparison.Ordinal));
        Assert.Contains(await _rig.LogAsync("northwind"), e => e is { Action: "key.issued" } && e.Details.Contains("all projects", StringComparison.Ordinal));
        Assert.NotEmpty(await Leftovers.RowsWithAsync(_rig.Database, KeySecret.HashOf(key.Secret)));
        Assert.Empty(await Leftovers.RowsWithAsync(_rig.Database, key.Secret));
        Assert.Empty(Leftovers.FilesWith(_rig.Database.Folder, key.Secret));
    }

    /// <summary>No right that a maker lacks passes to a key: every role against every verb.</summary>
    [Fact]
    public async Task Issue_ByAnyRole_GrantsNoMoreThanTheRoleHas()
    {
        foreach (var role in Enum.GetValues<MemberRole>())
        {
            await SetRoleAsync("olivias-editor", role);
            foreach (var verb in Enum.GetValues<KeyVerb>())
            {
                var draft = new KeyDraft($"{role} {verb}") { Verbs = [verb] };
                if (Permissions.Of(role).Contains(Permission.Deploy) && verb.Permissions().All(Permissions.Of(role).Contains))
                {
                    var key = await IssueAsync(draft, "olivias-editor");
                    Assert.Empty((await _rig.ByKeyAsync(key.Secret)).Organization.Access.Permissions.Except(Permissions.Of(role)));
                }
                else
                {
                    await Assert.ThrowsAsync<ForbiddenException>(() => IssueAsync(draft, "olivias-editor"));
                }
            }
        }
    }

    [Fact]
    public async Task Issue_ForWhatIsAnothers_IsNotFound()
    {
        var own = await _rig.ProjectAsync("Own");
        var others = await _rig.AsAsync("ben", "harbour", async s => (await s.GetRequiredService<ProjectService>().CreateAsync("Others", Ct)).Id);
        var key = await IssueAsync(new KeyDraft("Own"));

        await Assert.ThrowsAsync<NotFoundException>(() => IssueAsync(new KeyDraft("A") { ProjectIds = [own, others] }));
        await Assert.ThrowsAsync<NotFoundException>(() => IssueAsync(new KeyDraft("B") { EndpointIds = ["enp_of_nobody"] }));
        foreach (var act in new Func<ApiKeyService, Task>[] { s => s.RevokeAsync(key.Id, Ct), s => s.ChangeAsync(key.Id, KeyLimits.None, Ct), s => s.RotateAsync(key.Id, Now, Ct) })
        {
            await Assert.ThrowsAsync<NotFoundException>(() => _rig.AsAsync("ben", "harbour", async s =>
            {
                await act(s.GetRequiredService<ApiKeyService>());
                return 0;
            }));
        }

        Assert.Equal(0, (await _rig.AsAsync("ben", "harbour", s => s.GetRequiredService<ApiKeyService>().ListAsync(0, Ct))).Total);
    }

    /// <summary>Both nodes have just believed the key, which is the worst that can be.</summary>
    [Fact]
    public async Task Revoke_AKey_IsDeadHereAtOnceAndEverywhereWithinFiveSeconds()
    {
        var key = await IssueAsync(new KeyDraft("Desk"));
        await _rig.ByKeyAsync(key.Secret);
        await _rig.ByKeyAsync(key.Secret, atSecond: true);

        await _rig.KeysAsync("olivia", async s =>
        {
            await s.RevokeAsync(key.Id, Ct);
            return 0;
        });

        // Revoked at this node, whose own cache the other does not share.
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(key.Secret));
        Assert.Equal(key.Id, (await _rig.ByKeyAsync(key.Secret, atSecond: true)).KeyId);
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(key.Secret, atSecond: true));
        Assert.Equal(0, await _rig.ReadAsync("northwind", db => db.ApiKeyIndex.CountAsync(Ct)));
        Assert.Contains(await _rig.LogAsync("northwind"), e => e.Action is "key.revoked" && e.TargetId == key.Id);
    }

    [Fact]
    public async Task Rotate_AKey_KeepsTheOldSecretUntilThen()
    {
        var key = await IssueAsync(new KeyDraft("Desk"));

        var second = await _rig.KeysAsync("olivia", s => s.RotateAsync(key.Id, Now.AddHours(2), Ct));

        Assert.Equal((key.Id, key.Id), ((await _rig.ByKeyAsync(key.Secret)).KeyId, (await _rig.ByKeyAsync(second.Secret)).KeyId));
        _rig.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(key.Secret));
        Assert.Equal(key.Id, (await _rig.ByKeyAsync(second.Secret)).KeyId);

        var third = await _rig.KeysAsync("olivia", s => s.RotateAsync(key.Id, Now, Ct));
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(second.Secret));
        Assert.Equal(key.Id, (await _rig.ByKeyAsync(third.Secret)).KeyId);
        Assert.Equal(KeySecret.HashOf(third.Secret), await _rig.ReadAsync("northwind", db => db.ApiKeyIndex.Select(i => i.Hash).SingleAsync(Ct)));
        await Assert.ThrowsAsync<PortalException>(() => _rig.KeysAsync("olivia", s => s.RotateAsync(key.Id, Now.AddDays(91), Ct)));
    }

    [Fact]
    public async Task Enter_WithAKey_GivesTheReasonAndNotesTheUse()
    {
        var limits = new KeyLimits { ExpiresAt = Now.AddDays(1), AllowedAddresses = "203.0.113.7/24, 2001:db8::/32", RequestsPerMinute = 60, TokensPerMinute = 1_000 };
        var key = await IssueAsync(new KeyDraft("Desk") { Limits = limits });
        Assert.Null(await _rig.ReadAsync("northwind", db => db.ApiKeys.Select(k => k.LastUsedAt).SingleAsync(Ct)));

        var holder = await _rig.ByKeyAsync(key.Secret, "::ffff:203.0.113.200");
        await _rig.ByKeyAsync(key.Secret, "2001:db8::1");

        Assert.Equal((60, 1_000), (holder.RequestsPerMinute, holder.TokensPerMinute));
        Assert.Equal(Now, await _rig.ReadAsync("northwind", db => db.ApiKeys.Select(k => k.LastUsedAt).SingleAsync(Ct)));
        Assert.Equal(KeyRefusal.Address, await RefusedAsync(key.Secret, "198.51.100.1"));
        Assert.Equal(KeyRefusal.Mistyped, await RefusedAsync(key.Secret[..^1] + (key.Secret[^1] is 'a' ? 'b' : 'a')));
        Assert.Equal(KeyRefusal.Mistyped, await RefusedAsync(key.Secret[..^1]));
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(KeySecret.Create()));
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(null));
        _rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(KeyRefusal.Expired, await RefusedAsync(key.Secret));
    }

    [Fact]
    public async Task Enter_WithAKeyOfOneProject_SeesThatOneAlone()
    {
        var (mine, closed) = (await _rig.ProjectAsync("Mine"), await _rig.ProjectAsync("Closed"));
        var key = await IssueAsync(new KeyDraft("Pipeline") { Verbs = s_data, ProjectIds = [mine] });
        var wide = await IssueAsync(new KeyDraft("Pipeline of all") { Verbs = [KeyVerb.ReadData] });

        Assert.Equal([mine], await ProjectsAsync(key.Secret));
        Assert.Equal(new[] { mine, closed }.Order(), (await ProjectsAsync(wide.Secret)).Order());
        await _rig.ByKeyAsync(wide.Secret, "203.0.113.7", (_, s) => Assert.ThrowsAsync<ForbiddenException>(() => s.GetRequiredService<ProjectService>().CreateAsync("No", Ct)));
        Assert.Equal(["Pipeline", "Pipeline of all"], (await _rig.KeysAsync("olivia", s => s.OfProjectAsync(mine, Ct))).Select(k => k.Name).Order());
        Assert.Equal(["Pipeline of all"], (await _rig.KeysAsync("olivia", s => s.OfProjectAsync(closed, Ct))).Select(k => k.Name));
        await _rig.ByKeyAsync(key.Secret, "203.0.113.7", async (holder, services) =>
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(Ct);
            db.Audit("data.uploaded", new AuditTarget("file", "imp_1", "", mine));
            return await db.SaveChangesAsync(Ct);
        });
        var entry = (await _rig.LogAsync("northwind"))[^1];
        Assert.Equal((key.Id, $"API key Pipeline ({key.Prefix}…)", "203.0.113.7"), (entry.ActorId, entry.ActorName, entry.Address));
    }

    /// <summary>Whoever hangs up once it is done sends the call again, and must find it done.</summary>
    [Fact]
    public async Task Post_WhoseCallerHangsUp_IsDoneToItsEndAndOnce()
    {
        var key = await IssueAsync(new KeyDraft("Pipeline") { Verbs = s_data });
        var done = 0;
        foreach (var hangsUp in new[] { true, false })
        {
            await _rig.ByKeyAsync(key.Secret, "203.0.113.7", async (_, services) =>
            {
                using var line = new CancellationTokenSource();
                var http = new DefaultHttpContext { RequestServices = services, RequestAborted = line.Token };
                http.Request.Headers[PostedOnce.Header] = "mark-1";
                return await services.GetRequiredService<PostedOnce>().AnswerAsync(http, "a file", async () =>
                {
                    done++;
                    await (hangsUp ? line.CancelAsync() : Task.CompletedTask);
                    http.RequestAborted.ThrowIfCancellationRequested();
                    return new KeyAnswer(201, new object());
                });
            });
        }

        Assert.Equal(1, done);
    }

    /// <summary>A member's key is the organization's and goes on; a consultant's never outlasts the engagement, nor holds more than it grants.</summary>
    [Fact]
    public async Task Key_OfSomebodyWhoLeft_StopsWithTheEngagementAndNotWithTheMember()
    {
        var (granted, other) = (await _rig.ProjectAsync("Granted"), await _rig.ProjectAsync("Other"));
        Permission[] all = [Permission.Deploy, Permission.ReadRows, Permission.ChangeData, Permission.DefineTask];
        var engagement = await _rig.EngageAsync(_rig.Grant(all, [granted, other]));
        var members = await IssueAsync(new KeyDraft("Members"), "olivias-editor");
        var draft = new KeyDraft("Consultant's") { Verbs = s_data };
        await Assert.ThrowsAsync<PortalException>(() => IssueAsync(draft, "carla"));
        await Assert.ThrowsAsync<PortalException>(() => IssueAsync(draft with { ProjectIds = [granted, other] }, "carla"));
        var visitors = await IssueAsync(draft with { ProjectIds = [granted] }, "carla");
        Assert.Equal(["Consultant's"], (await _rig.KeysAsync("carla", s => s.ListAsync(0, Ct))).Rows.Select(r => r.Key.Name));
        await Assert.ThrowsAsync<NotFoundException>(() => _rig.KeysAsync("carla", s => s.RotateAsync(members.Id, Now, Ct)));
        var ofGranted = await IssueAsync(new KeyDraft("Members' for it") { ProjectIds = [granted] });
        await Assert.ThrowsAsync<PortalException>(() => _rig.KeysAsync("carla", s => s.RotateAsync(ofGranted.Id, Now, Ct)));

        await _rig.AsAsync("olivia", "northwind", s => s.ChangeAsync(engagement, _rig.Grant([Permission.Deploy, Permission.ReadRows], [granted]), Ct));
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([KeyVerb.ReadData], (await _rig.ByKeyAsync(visitors.Secret)).Verbs);
        Assert.Null(await WhyGoneAsync(visitors.Id, Permission.ReadRows, granted));
        Assert.NotNull(await WhyGoneAsync(visitors.Id, Permission.ChangeData, granted));
        Assert.NotNull(await WhyGoneAsync(visitors.Id, Permission.ReadRows, other));

        // A verb is all of its permissions: at the gate and for what the key has started alike.
        await _rig.AsAsync("olivia", "northwind", s => s.ChangeAsync(engagement, _rig.Grant([Permission.Deploy, Permission.ReadRows, Permission.ChangeData], [granted]), Ct));
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([KeyVerb.ReadData], (await _rig.ByKeyAsync(visitors.Secret)).Verbs);
        Assert.NotNull(await WhyGoneAsync(visitors.Id, Permission.ChangeData, granted));

        await _rig.AsAsync("olivia", "northwind", s => s.EndAsync(engagement, Ct));
        await SetRoleAsync("olivias-editor", null);
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(KeyRefusal.Unknown, await RefusedAsync(visitors.Secret));
        Assert.NotNull(await WhyGoneAsync(visitors.Id, Permission.ReadRows, granted));
        Assert.Equal(members.Id, (await _rig.ByKeyAsync(members.Secret)).KeyId);
        var row = (await _rig.KeysAsync("olivia", s => s.ListAsync(0, Ct))).Rows.Single(r => r.Key.Id == members.Id);
        Assert.Contains("may still know its secret. Rotate it.", row.Notice, StringComparison.Ordinal);
        await _rig.KeysAsync("olivia", s => s.RotateAsync(members.Id, Now, Ct));
        Assert.Equal("", (await _rig.KeysAsync("olivia", s => s.ListAsync(0, Ct))).Rows.Single(r => r.Key.Id == members.Id).Notice);
    }

    private Task<IssuedKey> IssueAsync(KeyDraft draft, string person = "olivia") => _rig.KeysAsync(person, s => s.IssueAsync(draft, Ct));

    private Task<List<string>> ProjectsAsync(string secret) =>
        _rig.ByKeyAsync(secret, "203.0.113.7", async (_, s) => (await s.GetRequiredService<ProjectService>().ListAsync(Ct)).Select(p => p.Id).ToList());

    private async Task<KeyRefusal> RefusedAsync(string? secret, string address = "203.0.113.7", bool atSecond = false) =>
        (await Assert.ThrowsAsync<KeyRefusedException>(() => _rig.ByKeyAsync(secret, address, atSecond))).Reason;

    private Task<string?> WhyGoneAsync(string keyId, Permission permission, string projectId) =>
        _rig.AsAsync("olivia", "northwind", s => s.GetRequiredService<StandingRight>().WhyGoneAsync(keyId, permission, projectId, Ct));

    private async Task SetRoleAsync(string person, MemberRole? role) =>
        await _rig.Database.SetMemberAsync(await _rig.TenantIdAsync("northwind"), _rig.IdOf(person), role, person);
}
