using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class KeySecretTests
{
    [Fact]
    public void Create_ManyTimes_IsLongRandomAndWellFormed()
    {
        var secrets = Enumerable.Range(0, 1_000).Select(_ => KeySecret.Create()).ToList();

        Assert.Equal(1_000, secrets.Distinct().Count());
        Assert.All(secrets, s => Assert.True(KeySecret.IsWellFormed(s)));
        Assert.True((secrets[0].Length - 6 - KeySecret.PrefixOf(secrets[0]).Length) * Math.Log2(62) > 128, "What is not shown must still have 128 random bits.");
    }

    /// <summary>A checksum of 32 bits finds every single changed character, and every two that changed places.</summary>
    [Fact]
    public void IsMistyped_OfEveryOneCharacterError_IsTrue()
    {
        var secret = KeySecret.Create();
        for (var i = KeySecret.Mark.Length; i < secret.Length; i++)
        {
            Assert.True(KeySecret.IsMistyped(secret[..i] + (secret[i] is 'q' ? 'r' : 'q') + secret[(i + 1)..]));
            Assert.True(KeySecret.IsMistyped(secret.Remove(i, 1)));
            if (i + 1 < secret.Length && secret[i] != secret[i + 1])
            {
                Assert.True(KeySecret.IsMistyped(secret[..i] + secret[i + 1] + secret[i] + secret[(i + 2)..]));
            }
        }

        Assert.False(KeySecret.IsMistyped(secret));
        Assert.False(KeySecret.IsMistyped("nonsense"));
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
    public void IsWellFormed_OfAKeyFromBeforeTheChecksum_IsTrue() => Assert.True(KeySecret.IsWellFormed("ptl_live_0123456789012345678901234567890123456789012"));

    [Fact]
    public void HashOf_AKnownText_IsItsSha256() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", KeySecret.HashOf("abc"));

    [Theory]
    [InlineData("", "")]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData(" 203.0.113.7/24 ;2001:DB8:0::1/32,\n203.0.113.99/24", "203.0.113.0/24,2001:db8::/32")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3/32")]
    [InlineData("0.0.0.0/0 ::/0", "0.0.0.0/0,::/0")]
    public void Checked_OfNetworks_IsOneFormOfEach(string text, string stored) => Assert.Equal(stored, KeyNetworks.Checked(text));

    [Theory]
    [InlineData("portal.example")]
    [InlineData("10.1")]
    [InlineData("1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("fe80::1%eth0")]
    public void Checked_OfAnythingElse_SaysWhatToWrite(string text) =>
        Assert.Contains("203.0.113.0/24", Assert.Throws<PortalException>(() => KeyNetworks.Checked(text)).Message, StringComparison.Ordinal);
}
