using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Connect;
using Portal.Tests.Features.Deploy;
using Portal.Vertex;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Connect;

public sealed class RetryGroupTests
{
    /// <summary>Red where sessions have no group of their own: then the first organization's outage leaves the second nothing to repeat with.</summary>
    [Fact]
    public async Task Outage_OfOneOrganization_SpendsNoRepetitionOfAnothers()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 503, "UNAVAILABLE");
        var alone = await AskAsync("org_a");
        Assert.True(alone > 1, "Nothing is repeated at all.");
        while (await AskAsync("org_a") > 1)
        {
        }

        Assert.Equal(alone, await AskAsync("org_b"));

        async Task<int> AskAsync(string tenantId)
        {
            var before = rig.Vertex.Asked.Count;
            await using var scope = rig.As(tenantId);
            var session = await scope.ServiceProvider.GetRequiredService<ConnectService>().OpenAsync(TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<VertexException>(() => session.Vertex.GenerateContentAsync(
                "gemini-3.5-flash", new VertexGenerateContentRequest { Contents = [VertexContent.User("Hello")] }, TestContext.Current.CancellationToken));
            return rig.Vertex.Asked.Count - before;
        }
    }
}
