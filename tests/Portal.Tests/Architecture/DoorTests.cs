using Xunit;

namespace Portal.Tests.Architecture;

public sealed class DoorTests
{
    private static readonly IReadOnlySet<Reference> s_references = AssemblyReader.Read("Portal").References;

    [Fact]
    public void Stripe_IsKnownInBillingAlone() => ArrowTests.AssertNone(s_references, Doors.BrokenStripe);

    [Fact]
    public void Vertex_IsOpenedInConnectAlone()
    {
        Assert.Contains(s_references, r => r is { FromName: "VertexSessions", ToName: "VertexClientFactory" });
        ArrowTests.AssertNone(s_references, Doors.BrokenVertex);
    }

    [Fact]
    public void OpenIdConnect_IsKnownInTenancyAlone()
    {
        Assert.Contains(s_references, r => r is { FromName: "TenancyFeature", ToName: "OpenIdConnectOptions" });
        ArrowTests.AssertNone(s_references, Doors.BrokenOpenId);
    }

    [Fact]
    public void Mail_LeavesByTheGatewayAlone()
    {
        Assert.Contains(s_references, r => r.FromName is "MailGateway" && r.ToIsWithin("MailKit"));
        ArrowTests.AssertNone(s_references, Doors.BrokenMail);
    }

    [Fact]
    public void Hangfire_IsKnownWhereWorkIsRegisteredDoneAndEnqueued()
    {
        Assert.Contains(s_references, r => r.FromName is "BackgroundWork" && r.ToIsWithin("Hangfire"));
        ArrowTests.AssertNone(s_references, Doors.BrokenHangfire);
    }

    [Fact]
    public void Broken_OfAWrongReference_Tells()
    {
        Assert.NotNull(Doors.BrokenStripe(new Reference("Portal.Features.Tune.TuningService", "Stripe.StripeClient")));
        Assert.NotNull(Doors.BrokenVertex(new Reference("Portal.Features.Tune.TuningService", "Portal.Vertex.VertexClientFactory")));
        Assert.NotNull(Doors.BrokenVertex(new Reference("Portal.Features.Tune.TuningService", "Portal.Vertex.VertexClient", ".ctor")));
        Assert.NotNull(Doors.BrokenVertex(new Reference("Portal.Features.Tune.TuningService", "Google.Apis.Auth.OAuth2.GoogleCredential")));
        Assert.NotNull(Doors.BrokenOpenId(new Reference("Portal.Shell.App", "Microsoft.AspNetCore.Authentication.OpenIdConnect.OpenIdConnectOptions")));
        Assert.NotNull(Doors.BrokenMail(new Reference("Portal.Features.Tenancy.InvitationService", "MailKit.Net.Smtp.SmtpClient")));
        Assert.NotNull(Doors.BrokenHangfire(new Reference("Portal.Features.Tune.TuningService", "Hangfire.RecurringJob")));
    }

    [Fact]
    public void Broken_OfARightReference_IsSilent()
    {
        Assert.Null(Doors.BrokenStripe(new Reference("Portal.Features.Billing.BillingService", "Stripe.StripeClient")));
        Assert.Null(Doors.BrokenVertex(new Reference("Portal.Features.Tune.TuningService", "Portal.Vertex.VertexClient", "GetTuningJobAsync")));
        Assert.Null(Doors.BrokenHangfire(new Reference("Portal.Features.Tune.TuningService", "Hangfire.IBackgroundJobClient")));
        Assert.Null(Doors.BrokenHangfire(new Reference("Portal.Features.Tune.TuningWorker", "Hangfire.AutomaticRetryAttribute")));
    }
}
