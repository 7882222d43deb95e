using System.Net;
using Portal.Hosting;
using Portal.Tests.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Hosting;

public sealed class OutsideHttpTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:a00:1::")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    public void IsPublic_OfAnAddressWithinOrInDisguise_IsFalse(string address) => Assert.False(OutsideHttp.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1111")]
    public void IsPublic_OfTheInternet_IsTrue(string address) => Assert.True(OutsideHttp.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task Get_OfThisMachine_IsRefusedUnlessAllowed()
    {
        await using var authority = await ForgingAuthority.StartAsync();
        using var outside = new OutsideHttp();
        using var closed = outside.Client(allowLoopback: false);
        using var open = outside.Client(allowLoopback: true);
        var address = new Uri(authority.Issuer + "/.well-known/openid-configuration");
        var byName = new UriBuilder(address) { Host = "localhost" }.Uri;

        await Assert.ThrowsAsync<HttpRequestException>(() => closed.GetAsync(address, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<HttpRequestException>(() => closed.GetAsync(byName, TestContext.Current.CancellationToken));
        using var answer = await open.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
