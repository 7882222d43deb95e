using System.Text;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Tests.Features.Data;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class TrafficPagesTests
{
    private static readonly CancellationToken s_ct = Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_FromTheListToTheRows_AreOneJourneyByMouseAndKeyboard()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<WrongCallsPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains("No texts of calls are kept", page.Markup, StringComparison.Ordinal));
        Assert.EndsWith("/privacy", page.Find("a.mud-button-filled-primary").GetAttribute("href"), StringComparison.Ordinal);

        await ImportAsync(rig, live.ProjectId);
        await KeepAsync(rig, live, ("ans_1", "card"), ("ans_2", ""), ("ans_3", ""));
        page = screen.Open<WrongCallsPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("article.call").Count));
        Assert.True(Button(page, "Take for review").HasAttribute("disabled"));
        await page.InvokeAsync(() => Button(page, "Pick all of this page").ClickAsync());
        page.WaitForAssertion(() => Assert.False(Button(page, "Take 3 calls for review").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("input[type=checkbox]").Change(false));
        page.WaitForAssertion(() => Assert.False(Button(page, "Take 2 calls for review").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("input[type=checkbox]").Change(true));
        page.WaitForAssertion(() => Assert.False(Button(page, "Take 3 calls for review").HasAttribute("disabled")));
        await page.InvokeAsync(() => Button(page, "Take 3 calls for review").ClickAsync());
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll(".taken").Count));
        Assert.Contains("All of these are taken", page.Markup, StringComparison.Ordinal);

        var drafts = screen.Open<TrafficDraftsPage>(live.ProjectId);
        drafts.WaitForAssertion(() => Assert.Contains("Waiting (3)", drafts.Markup, StringComparison.Ordinal));
        // The one with a proposed answer is settled by Enter; the next is rejected; of the last somebody says what is right.
        var proposed = drafts.FindAll("ol.drafts > li").Index().Single(d => d.Item.TextContent.Contains("Proposed", StringComparison.Ordinal)).Index;
        await drafts.InvokeAsync(() => drafts.FindAll("ol.drafts > li")[proposed].KeyDownAsync(new KeyboardEventArgs { Key = "Enter" }));
        drafts.WaitForAssertion(() => Assert.Contains("Settled (1)", drafts.Markup, StringComparison.Ordinal));
        drafts.WaitForAssertion(() => Assert.False(Button(drafts, "Say what is right").HasAttribute("disabled")));
        await drafts.InvokeAsync(() => drafts.Find("ol.drafts > li").KeyDownAsync(new KeyboardEventArgs { Key = "Delete" }));
        drafts.WaitForAssertion(() => Assert.Contains("Rejected (1)", drafts.Markup, StringComparison.Ordinal));
        drafts.WaitForAssertion(() => Assert.False(Button(drafts, "Add 1 settled row").HasAttribute("disabled")));
        await drafts.InvokeAsync(() => Button(drafts, "Add 1 settled row").ClickAsync());
        drafts.WaitForAssertion(() => Assert.Contains("Rows (1)", drafts.Markup, StringComparison.Ordinal));
        var row = Assert.Single((await RowsAsync(rig, live.ProjectId)).Rows);
        Assert.Equal(("card", "ans_1"), (row.Output, (await RowAsync(rig, live.ProjectId, row.Number)).SourceId));
    }

    private static IElement Button<TPage>(IRenderedComponent<TPage> page, string words)
        where TPage : IComponent => page.FindAll("button").First(b => b.TextContent.Trim() == words);

    private static async Task<RowPage> RowsAsync(GatewayRig rig, string projectId)
    {
        await using var owner = rig.As("org_a");
        return await owner.ServiceProvider.GetRequiredService<RowService>().ListAsync(projectId, new RowQuery(Status: RowStatus.Traffic), s_ct);
    }

    private static async Task<RowDetail> RowAsync(GatewayRig rig, string projectId, int row)
    {
        await using var owner = rig.As("org_a");
        return await owner.ServiceProvider.GetRequiredService<RowService>().GetAsync(projectId, row, s_ct);
    }

    private static async Task ImportAsync(GatewayRig rig, string projectId)
    {
        await using var owner = rig.As("org_a");
        var csv = DataKit.Csv(20).Replace("transfer", "billing", StringComparison.Ordinal);
        var receipt = await owner.ServiceProvider.GetRequiredService<UploadService>().ReceiveAsync(projectId, "examples.csv", new MemoryStream(Encoding.UTF8.GetBytes(csv)), null, s_ct);
        var datasets = owner.ServiceProvider.GetRequiredService<DatasetService>();
        var preview = await datasets.PreviewAsync(receipt.ImportId, null, s_ct);
        var importId = await datasets.StartImportAsync(receipt.ImportId, preview.Layout, preview.Mapping, s_ct);
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<ImportWorker>().RunAsync("org_a", importId, s_ct);
    }

    /// <summary>Texts of calls that somebody disliked, some with what would have been right.</summary>
    private static async Task KeepAsync(GatewayRig rig, LiveEndpoint live, params (string Id, string Correction)[] calls)
    {
        await using var owner = rig.As("org_a");
        await owner.ServiceProvider.GetRequiredService<TextKeepingService>().SaveAsync(new KeepingChoice(true, 100, 30), s_ct);
        await rig.ReadAsync("org_a", async db =>
        {
            foreach (var (id, correction) in calls)
            {
                var at = db.Now.AddMinutes(-5);
                db.InferenceLogs.Add(new InferenceLog { ProjectId = live.ProjectId, EndpointId = live.EndpointId, DeploymentId = live.DeploymentId, Source = UsageSource.Endpoint, ResponseId = id, Status = 200, Milliseconds = 5, At = at });
                db.StoredCalls.Add(new StoredCall { ProjectId = live.ProjectId, DeploymentId = live.DeploymentId, ResponseId = id, Input = DataKit.Sentence(8_000 + id[^1]), Answer = "billing", IsValid = true, At = at, ExpiresAt = at.AddDays(30) });
                var said = db.AnswerFeedback.Add(new AnswerFeedback { ProjectId = live.ProjectId, EndpointId = live.EndpointId, DeploymentId = live.DeploymentId, ResponseId = id, Source = UsageSource.Endpoint, AnsweredAt = at }).Entity;
                said.Say(new FeedbackDraft(Thumb.Down, null, "", correction), at.AddDays(30), at);
            }

            return await db.SaveChangesAsync(s_ct);
        });
    }
}
