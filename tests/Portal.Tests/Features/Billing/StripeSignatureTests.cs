using System.Text;
using Portal.Features.Billing;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class StripeSignatureTests
{
    private const string Body = """{"id":"evt_1","type":"invoice.paid"}""";

    private static readonly DateTimeOffset s_now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What may stand in the header, and whether it proves anything. {t}, {v1} and {other} are the right time and signatures.</summary>
    [Theory]
    [InlineData("t={t},v1={v1}", true)]
    [InlineData("t={t},v1={other},v1={v1}", true)]
    [InlineData("t={t},v0=abc,v1={v1}", true)]
    [InlineData("t={t},v1={second}", true)]
    [InlineData("", false)]
    [InlineData(",", false)]
    [InlineData("t={t}", false)]
    [InlineData("v1={v1}", false)]
    [InlineData("t={t},v0={v1}", false)]
    [InlineData("t={t},v1={other}", false)]
    [InlineData("t={t},v1={V1}", false)]
    [InlineData("t={t},v1=", false)]
    [InlineData("t=now,v1={v1}", false)]
    [InlineData("t=-1,v1={v1}", false)]
    [InlineData("t=9223372036854775808,v1={v1}", false)]
    [InlineData("t=9223372036854775807,v1={v1}", false)]
    [InlineData("t={t},t={t},v1={v1}", false)]
    public void Proves_OfAHeader_OnlyByTheRightSignature(string header, bool proves)
    {
        header = Fill(header, s_now);

        Assert.Equal(proves, StripeSignature.Proves(header, Encoding.UTF8.GetBytes(Body), [StripeRig.Secret, "whsec_next"], s_now));
    }

    [Theory]
    [InlineData(-299, true)]
    [InlineData(299, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public void Proves_OfAnotherTime_WithinFiveMinutes(int seconds, bool proves) =>
        Assert.Equal(proves, StripeSignature.Proves(Fill("t={t},v1={v1}", s_now.AddSeconds(seconds)), Encoding.UTF8.GetBytes(Body), [StripeRig.Secret], s_now));

    [Theory]
    [InlineData(Body + "\n")]
    [InlineData("\uFEFF" + Body)]
    [InlineData("""{"type":"invoice.paid","id":"evt_1"}""")]
    public void Proves_OfAChangedBody_Nothing(string body) =>
        Assert.False(StripeSignature.Proves(Fill("t={t},v1={v1}", s_now), Encoding.UTF8.GetBytes(body), [StripeRig.Secret], s_now));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("{\"id\":\"evt_1\"}")]
    [InlineData("{\"type\":\"invoice.paid\"}")]
    [InlineData("{\"id\":\"evt_1\",\"id\":\"evt_2\",\"type\":\"invoice.paid\"}")]
    [InlineData("{\"id\":7,\"type\":\"invoice.paid\"}")]
    [InlineData("{\"id\":\"\\ud800\",\"type\":\"invoice.paid\"}")]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"invoice.paid\"")]
    public void Read_OfWhatIsNoMessage_IsNull(string body) => Assert.Null(StripeMessage.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"x\",\"data\":[],\"created\":\"soon\",\"livemode\":\"yes\"}", "")]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"x\",\"data\":{\"object\":{\"object\":\"customer\",\"id\":\"cus_1\"}},\"created\":1e400}", "cus_1")]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"x\",\"data\":{\"object\":{\"customer\":{\"id\":\"cus_1\"}}}}", "cus_1")]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"v1.billing.meter.error_report_triggered\",\"object\":\"v2.core.event\",\"created\":\"2026-11-30T12:00:00.000Z\",\"related_object\":{\"id\":\"mtr_1\"}}", "")]
    public void Read_OfAnOddMessage_TakesWhatIsThere(string body, string customer) => Assert.Equal(customer, StripeMessage.Read(Encoding.UTF8.GetBytes(body))?.Customer);

    private static string Fill(string header, DateTimeOffset at)
    {
        string Of(string secret) => StripeRig.Sign(Body, at, secret)[(StripeRig.Sign(Body, at, secret).IndexOf("v1=", StringComparison.Ordinal) + 3)..];
        return header.Replace("{t}", $"{at.ToUnixTimeSeconds()}", StringComparison.Ordinal).Replace("{v1}", Of(StripeRig.Secret), StringComparison.Ordinal)
            .Replace("{V1}", Of(StripeRig.Secret).ToUpperInvariant(), StringComparison.Ordinal).Replace("{second}", Of("whsec_next"), StringComparison.Ordinal)
            .Replace("{other}", Of("whsec_strangers"), StringComparison.Ordinal);
    }
}
