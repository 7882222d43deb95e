using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class DomainServiceTests
{
    private const string Domain = "acme.example";

    [Fact]
    public async Task Domain_IsVerifiedByItsRecordAndForOneOrganization()
    {
        await using var rig = await ProviderRig.StartAsync();
        var (ours, theirs) = (await rig.ClaimAsync("acme", Domain), await rig.ClaimAsync("other", Domain));
        Assert.NotEqual(ours.RecordValue, theirs.RecordValue);

        Assert.Contains("No TXT record", await RefusalAsync(rig, "acme", ours), StringComparison.Ordinal);
        rig.Publish(ours.RecordName, "portal-verification=guess");
        Assert.Contains("not the one shown", await RefusalAsync(rig, "acme", ours), StringComparison.Ordinal);
        rig.IsNameServerDown = true;
        Assert.Contains("did not answer", await RefusalAsync(rig, "acme", ours), StringComparison.Ordinal);
        rig.IsNameServerDown = false;
        rig.Publish(ours.RecordName, ours.RecordValue);
        await rig.ActAsync<DomainService>("acme", s => s.VerifyAsync(ours.Id, default));
        rig.Publish(theirs.RecordName, theirs.RecordValue);

        Assert.Contains("Another organization", await RefusalAsync(rig, "other", theirs), StringComparison.Ordinal);
        Assert.Equal(1, await rig.OutsideAsync(db => db.VerifiedDomains.CountAsync()));
        Assert.Single(await rig.LogAsync("acme"), e => e.Action is "domain.verified");
        Assert.DoesNotContain(await rig.LogAsync("other"), e => e.Action is "domain.verified");

        // Given back, it is free for whoever proves it.
        await rig.ActAsync<DomainService>("acme", s => s.RemoveAsync(ours.Id, default));
        await rig.ActAsync<DomainService>("other", s => s.VerifyAsync(theirs.Id, default));
        Assert.Equal(1, await rig.OutsideAsync(db => db.VerifiedDomains.CountAsync()));
    }

    [Fact]
    public async Task Domain_ProvedByTwoOrganizationsAtOnce_IsOnes()
    {
        await using var rig = await ProviderRig.StartAsync();
        var (ours, theirs) = (await rig.ClaimAsync("acme", Domain), await rig.ClaimAsync("other", Domain));
        rig.Publish(ours.RecordName, ours.RecordValue, theirs.RecordValue);

        var outcomes = await Task.WhenAll(TryAsync(rig, "acme", ours), TryAsync(rig, "other", theirs));

        Assert.Single(outcomes, refusal => refusal is "");
        Assert.Single(outcomes, refusal => refusal.Contains("Another organization", StringComparison.Ordinal));
        Assert.Equal(1, await rig.OutsideAsync(db => db.VerifiedDomains.CountAsync()));
    }

    private static async Task<string> TryAsync(ProviderRig rig, string org, DomainRow row)
    {
        try
        {
            await rig.ActAsync<DomainService>(org, s => s.VerifyAsync(row.Id, default));
            return "";
        }
        catch (PortalException refused)
        {
            return refused.Message;
        }
    }

    private static async Task<string> RefusalAsync(ProviderRig rig, string org, DomainRow row) =>
        (await Assert.ThrowsAsync<PortalException>(() => rig.ActAsync<DomainService>(org, s => s.VerifyAsync(row.Id, default)))).Message;
}
