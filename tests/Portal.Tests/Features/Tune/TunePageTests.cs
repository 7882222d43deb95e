using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Tune;

public sealed class TunePageTests : TuneTest
{
    private readonly BunitContext _browser = new();

    public override async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Settings_ReadyToStart_ShowThePriceOnTheButton()
    {
        var page = Show(await TuneSeed.ProjectAsync(Database));

        // 400 tokens a pass, 40 passes likely, 100 at most, at $5 a million.
        Assert.Contains("Start tuning · about $0.08", page.Markup, StringComparison.Ordinal);
        Assert.Contains("about 40, at most 100", page.Markup, StringComparison.Ordinal);
        Assert.Contains("$0.20", page.Markup, StringComparison.Ordinal);
        Assert.False(Primary(page).HasAttribute("disabled"));
        Assert.Equal(4, page.FindAll("input[type=radio]").Count);
    }

    [Fact]
    public async Task Settings_NumberOfEpochsGiven_FixThePrice()
    {
        var page = Show(await TuneSeed.ProjectAsync(Database));

        await page.InvokeAsync(() => page.FindAll("input").First(i => i.GetAttribute("placeholder") is "Automatic").Input("2"));
        // What is typed is waited for; the renderer may begin to wait only after the first second was given.
        for (var seconds = 0; seconds < 100 && !page.Markup.Contains("about $0.0040", StringComparison.Ordinal); seconds++)
        {
            Rig.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(100);
        }

        Assert.Contains("Start tuning · about $0.0040", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("at most 100", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_Blocked_NameTheReasonBesideTheButton()
    {
        var page = Show(await TuneSeed.ProjectAsync(Database, train: 12));

        Assert.Contains("12 training rows", page.Markup, StringComparison.Ordinal);
        Assert.True(Primary(page).HasAttribute("disabled"));
    }

    [Fact]
    public async Task Settings_StopVerdict_StartOnlyAnyway()
    {
        var page = Show(await TuneSeed.ProjectAsync(Database, verdict: Verdict.Stop));
        Assert.True(Primary(page).HasAttribute("disabled"));
        Assert.Contains("Tuning is not needed", page.Markup, StringComparison.Ordinal);

        await page.InvokeAsync(() => page.Find("input[type=checkbox]").Change(true));

        page.WaitForAssertion(() => Assert.False(Primary(page).HasAttribute("disabled")));
    }

    [Fact]
    public async Task Settings_ForAViewer_SayWhoMayStart()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        using var viewer = new TuneRig(Database, Google.Address, s_now, role: MemberRole.Viewer);

        var page = Show(projectId, viewer);

        Assert.True(Primary(page).HasAttribute("disabled"));
        Assert.Contains("Ask an owner, admin or editor", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Clicked_ShowsTheJobAtOnce()
    {
        var page = Show(await TuneSeed.ProjectAsync(Database));

        await page.InvokeAsync(() => Primary(page).ClickAsync(new()));

        page.WaitForAssertion(() => Assert.Contains("Sending the training rows", page.Markup, StringComparison.Ordinal));
        Assert.Contains("You can close this page", page.Markup, StringComparison.Ordinal);
        Assert.Contains("$0.00 of $0.20", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_ShowsCurvesStepAndWhatCancellingCosts()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        await StartAsync(projectId);
        while ((await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)))!.StepsDone is 0)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(2));
        }

        var page = Show(projectId);
        Assert.Contains("Step", page.Markup, StringComparison.Ordinal);
        Assert.Contains("20 of 40", page.Markup, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll("[role=img]").Count(i => i.GetAttribute("aria-label") is { } label && (label.StartsWith("Loss", StringComparison.Ordinal) || label.StartsWith("Accuracy", StringComparison.Ordinal))));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Cancel…").ClickAsync(new()));
        Assert.Contains("The steps trained so far cost $0.0050", page.Markup, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Cancel tuning", StringComparison.Ordinal)).ClickAsync(new()));

        page.WaitForAssertion(() => Assert.Contains("Cancelling; Google has not confirmed it yet", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Running_GoogleAway_SaysWhenItTriesAgain()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        await StartAsync(projectId);
        Google.Refuse = _ => 503;
        await Rig.TickAsync(TimeSpan.FromSeconds(2));

        Assert.Matches(@"Google does not answer \(503\)\.\s+Trying again in 2 s\.", Show(projectId).Markup);
    }

    [Fact]
    public async Task Succeeded_AfterOverfitting_ProposesAndLeadsToEvaluate()
    {
        Google.ValidationLoss = step => step is 10 or 20 ? 0.5 : 0.9;
        var projectId = await TuneSeed.ProjectAsync(Database);
        await StartAsync(projectId);
        await Rig.RunToTheEndAsync(projectId);

        var page = Show(projectId);

        Assert.Contains("Overfitting from step 10", page.Markup, StringComparison.Ordinal);
        Assert.Contains("is proposed, not the last", page.Markup, StringComparison.Ordinal);
        Assert.Contains("$0.010 (quoted $0.0040)", page.Markup, StringComparison.Ordinal);
        Assert.EndsWith("/evaluate", Assert.Single(page.FindAll("a.mud-button-filled-primary")).GetAttribute("href"), StringComparison.Ordinal);
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Evaluate it too", StringComparison.Ordinal)).ClickAsync(new()));
        page.WaitForAssertion(() => Assert.Equal(2, page.Markup.Split("Ready to evaluate").Length - 1));
    }

    [Fact]
    public async Task Press_WhileAPriceIsCounted_IsNotLost()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        await StartAsync(projectId);
        await Rig.RunToTheEndAsync(projectId);
        await using (var db = Database.CreateDbContext())
        {
            await db.TokenCounts.ExecuteDeleteAsync();
        }

        var page = Show(projectId);
        var counting = new TaskCompletionSource();
        Google.On = moment => moment.Call.EndsWith(":countTokens", StringComparison.Ordinal) ? counting.Task : Task.CompletedTask;
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Tune again", StringComparison.Ordinal)).ClickAsync(new()));
        page.WaitForAssertion(() => Assert.Contains("Counting the tokens", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Evaluate it too", StringComparison.Ordinal)).ClickAsync(new()));

        page.WaitForAssertion(() => Assert.Equal(2, page.Markup.Split("Ready to evaluate").Length - 1));
        Assert.Contains("Counting the tokens", page.Markup, StringComparison.Ordinal);
        counting.SetResult();
        page.WaitForAssertion(() => Assert.Contains("Start tuning · about", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failed_ShowsGooglesWordsAndTheSettingsAgain()
    {
        (Google.EndsAs, Google.Error) = (VertexJobState.Failed, new VertexStatus { Code = 3, Message = "Row 7: invalid role" });
        var projectId = await TuneSeed.ProjectAsync(Database);
        await StartAsync(projectId);
        await Rig.RunToTheEndAsync(projectId);

        var page = Show(projectId);

        Assert.Contains("Row 7: invalid role", page.Find("details").TextContent, StringComparison.Ordinal);
        Assert.Contains("Start tuning", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherOrganizationsProject_IsNothingHere() => Assert.Contains("Nothing here", Show("prj_none").Markup, StringComparison.Ordinal);

    private static AngleSharp.Dom.IElement Primary(IRenderedComponent<TunePage> page) => Assert.Single(page.FindAll("button.mud-button-filled-primary"));

    private Task StartAsync(string projectId) =>
        Rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(2, null, 4)), CancellationToken.None));

    private IRenderedComponent<TunePage> Show(string projectId, TuneRig? rig = null)
    {
        var circuit = (rig ?? Rig).Circuit();
        _browser.JSInterop.Mode = JSRuntimeMode.Loose;
        _browser.Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _browser.Services.AddSingleton<TimeProvider>((rig ?? Rig).Clock);
        _browser.Services.AddSingleton(circuit.GetRequiredService<TuningService>());
        _browser.Services.AddSingleton(circuit.GetRequiredService<BillingService>());
        _browser.Services.AddSingleton(circuit.GetRequiredService<ConnectService>());
        var page = _browser.Render<TunePage>(p => p.Add(c => c.Org, "test").Add(c => c.ProjectId, projectId));
        page.WaitForState(() => !page.Markup.Contains("aria-label=\"Loading\"", StringComparison.Ordinal) && !page.Markup.Contains("Counting the tokens", StringComparison.Ordinal));
        return page;
    }
}
