using System.Globalization;
using Portal.Sandbox.Vertex.Tuning;

namespace Portal.Sandbox;

/// <summary>What people see who open the address in a browser.</summary>
internal static class HomePage
{
    public static IResult Render(TuningState jobs)
    {
        var all = jobs.All();
        var running = all.Count(job => !job.IsOver).ToString(CultureInfo.InvariantCulture);
        return SandboxPage.Render("Sandbox", $"""
            <p>This server speaks the API of Vertex AI, Cloud Storage and Stripe, and signs people in for development. Its answers come from a small
            local model that really learns from the rows it is given; it is not Gemini and nothing here leaves this machine.</p>
            <p>{all.Count.ToString(CultureInfo.InvariantCulture)} tuning jobs, {running} of them not finished. <a href="/sandbox/state">State and call counts</a> ·
            <a href="/sandbox/faults">Faults switched on</a> · <a href="/.well-known/openid-configuration">OpenID Connect</a></p>
            <p class="muted">Google's and Stripe's own libraries work with it: point their base address here.</p>
            """);
    }
}
