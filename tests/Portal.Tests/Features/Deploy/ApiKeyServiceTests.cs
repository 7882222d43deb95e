using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class ApiKeyServiceTests
{
    [Fact]
    public void Create_ManyTimes_IsLongRandomAndWellFormed()
    {
        var secrets = Enumerable.Range(0, 1_000).Select(_ => KeySecret.Create()).ToList();

        Assert.Equal(1_000, secrets.Distinct().Count());
        Assert.All(secrets, s => Assert.True(KeySecret.IsWellFormed(s)));
        Assert.True((secrets[0].Length - KeySecret.PrefixOf(secrets[0]).Length) * Math.Log2(62) > 128, "What is not shown must still have 128 random bits.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ptl_live_")]
    [InlineData("ptl_live_short")]
    [InlineData("xtl_live_0123456789012345678901234567890123456789012")]
    [InlineData("ptl_live_012345678901234567890123456789012345678901\n")]
    [InlineData("ptl_live_01234567890123456789012345678901234567890é2")]
    public void IsWellFormed_OfAnythingElse_IsFalse(string secret) => Assert.False(KeySecret.IsWellFormed(secret));

    [Fact]
    public void HashOf_AKnownText_IsItsSha256() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", KeySecret.HashOf("abc"));

    [Fact]
    public async Task Issue_AKey_LeavesItsSecretNowhere()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        using (var connection = new SqliteConnection($"Data Source={rig.DatabaseFile}"))
        {
            SqliteConnection.ClearPool(connection);
        }

        var files = Directory.GetFiles(Path.GetDirectoryName(rig.DatabaseFile)!, "*", SearchOption.AllDirectories);
        var stored = string.Concat(files.Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));

        Assert.Contains(KeySecret.HashOf(live.Key), stored, StringComparison.Ordinal);
        Assert.Contains(KeySecret.PrefixOf(live.Key), stored, StringComparison.Ordinal);
        Assert.DoesNotContain(live.Key, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enter_WithAKey_EntersItsOrganisationAlone()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var nobody = rig.AsNobody();

        var holder = await nobody.ServiceProvider.GetRequiredService<ApiKeyService>().EnterAsync(live.Key, CancellationToken.None);

        Assert.Equal((live.KeyId, live.EndpointId), (holder?.KeyId, holder?.EndpointId));
        Assert.Equal("org_a", nobody.ServiceProvider.GetRequiredService<TenantScope>().TenantId);
    }

    [Fact]
    public async Task Revoke_AKey_RemovesItFromTheIndexAndKeepsTheRow()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var owner = rig.As("org_a");

        await owner.ServiceProvider.GetRequiredService<ApiKeyService>().RevokeAsync(live.ProjectId, live.KeyId, CancellationToken.None);

        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.ApiKeyIndex.CountAsync()));
        var key = await rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync());
        Assert.Equal("Olivia Brandt", key.RevokedByName);
        Assert.NotNull(key.RevokedAt);
    }

    [Fact]
    public async Task Revoke_AKeyOfAnotherOrganisation_IsNotFound()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var stranger = rig.As("org_b");
        var keys = stranger.ServiceProvider.GetRequiredService<ApiKeyService>();

        await Assert.ThrowsAsync<NotFoundException>(() => keys.RevokeAsync(live.ProjectId, live.KeyId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => keys.IssueAsync(live.ProjectId, live.EndpointId, "mine", CancellationToken.None));
        Assert.Empty(await keys.ListAsync(live.EndpointId, CancellationToken.None));
        Assert.Equal(1, await rig.ReadAsync("org_a", db => db.ApiKeyIndex.CountAsync()));
    }

    [Theory]
    [InlineData(MemberRole.Viewer)]
    [InlineData(MemberRole.Reviewer)]
    [InlineData(MemberRole.Billing)]
    public async Task IssueAndRevoke_WithoutTheRight_IsRefused(MemberRole role)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var member = rig.As("org_a", role);
        var keys = member.ServiceProvider.GetRequiredService<ApiKeyService>();

        await Assert.ThrowsAsync<ForbiddenException>(() => keys.IssueAsync(live.ProjectId, live.EndpointId, "mine", CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => keys.RevokeAsync(live.ProjectId, live.KeyId, CancellationToken.None));
    }

    [Fact]
    public async Task Call_WithAKey_NotesWhenItWasUsed()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        Assert.Null((await rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync())).LastUsedAt);

        using var response = await rig.PostAsync(live.Generate, live.Key);

        Assert.NotNull((await rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync())).LastUsedAt);
    }
}
