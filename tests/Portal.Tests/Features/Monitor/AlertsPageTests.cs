using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class AlertsPageTests
{
    [Fact]
    public async Task Alerts_AreWrittenWithTheirPreview_AndShownWithTheirState_ToWhoeverSeesTheProject()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using (var screen = new GatewayScreen(rig, MemberRole.Owner))
        {
            screen.Go(PortalUrls.Alerts("northwind", live.ProjectId, rule: "new"));
            var page = screen.Open<AlertsPage>(live.ProjectId);
            page.WaitForAssertion(() => Assert.Contains("nobody has called in the last days", page.Markup, StringComparison.Ordinal));
            Assert.Contains("Give it a name first.", page.Markup, StringComparison.Ordinal);
            await page.InvokeAsync(() => page.Find("input[maxlength='120']").Input("Errors of the desk"));
            page.WaitForAssertion(() => Assert.False(page.Find("button[type=submit]").HasAttribute("disabled")));
            await page.InvokeAsync(() => page.Find("form").Submit());
            await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", db => db.AlertRules.AsNoTracking().SingleOrDefaultAsync()));

            screen.Go(PortalUrls.Alerts("northwind", live.ProjectId));
            var list = screen.Open<AlertsPage>(live.ProjectId);
            list.WaitForAssertion(() => Assert.Contains("Errors of the desk", list.Markup, StringComparison.Ordinal));
            await list.InvokeAsync(() => list.Find("input[maxlength='80']").Input("On call"));
            await list.InvokeAsync(() => list.Find("input[type=url]").Input("https://receiver.example/alerts"));
            list.WaitForAssertion(() => Assert.False(list.Find("form.webhook-add button").HasAttribute("disabled")));
            await list.InvokeAsync(() => list.Find("form.webhook-add").Submit());
            list.WaitForAssertion(() => Assert.Contains("https://receiver.example/alerts", list.Find("[aria-label=Webhooks]").TextContent, StringComparison.Ordinal));
            screen.Dialogs.WaitForAssertion(() => Assert.Contains("whsec_", screen.Dialogs.Markup, StringComparison.Ordinal));
        }

        await using var viewer = new GatewayScreen(rig, MemberRole.Viewer);
        var seen = viewer.Open<AlertsPage>(live.ProjectId);
        seen.WaitForAssertion(() => Assert.Contains("Errors of the desk", seen.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("receiver.example", seen.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Switch off", seen.Markup, StringComparison.Ordinal);
        viewer.Go(PortalUrls.Alerts("northwind", live.ProjectId, rule: "new"));
        var form = viewer.Open<AlertsPage>(live.ProjectId);
        form.WaitForAssertion(() => Assert.Contains("deploy", form.Markup, StringComparison.Ordinal));
        Assert.Empty(form.FindAll("form"));
    }
}
