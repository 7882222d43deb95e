using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Define;

/// <summary>What a consultant confirms before it is done: on the page that saves a playbook, and on the one that ends an engagement.</summary>
public sealed class DefinePagesTests : BunitContext
{
    private readonly EngagementRig _rig = new();
    private AsyncServiceScope _inside;

    public DefinePagesTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton<TimeProvider>(_rig.Time);
    }

    [Fact]
    public async Task SavePlaybook_TakesLabelsAndColumnsByATickAlone()
    {
        var project = await BeginAsync("northwind", Permission.ManagePlaybooks, Permission.ReadRows);
        var page = Render<SavePlaybookPage>(p => p.Add(s => s.Org, "northwind").Add(s => s.ProjectId, project).AddCascadingValue(Authentication()));

        page.WaitForAssertion(() => Assert.Equal(["lost bag", "refund"], page.FindAll(".playbook-labels li").Select(l => l.TextContent)));
        Assert.Contains("It becomes Fieldwork Partners's", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Classify the message: lost bag or refund.", page.FindAll("textarea").Select(t => t.GetAttribute("value")));
        Assert.All(page.FindAll("input[type=checkbox]"), box => Assert.False(box.HasAttribute("checked")));
        Assert.True(ButtonOf(page, "Save playbook").HasAttribute("disabled"));

        await FillAsync(page, "Name of the playbook", "Mail");
        await TickAsync(page, "I have read the goal and the instruction");
        page.WaitForAssertion(() => Assert.False(ButtonOf(page, "Save playbook").HasAttribute("disabled")));
        await page.InvokeAsync(() => ButtonOf(page, "Save playbook").Click());

        // The labels in the instruction are told, each with a way to keep it; nothing is saved before.
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".playbook-found li").Count));
        Assert.Contains("“lost bag” is a label of this project.", page.Markup, StringComparison.Ordinal);
        await TickAsync(page, "I have looked at each of these labels");
        page.WaitForAssertion(() => Assert.False(ButtonOf(page, "Save playbook").HasAttribute("disabled")));
        await page.InvokeAsync(() => ButtonOf(page, "Save playbook").Click());

        page.WaitForAssertion(() => Assert.EndsWith($"/o/northwind/projects/{project}", Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri, StringComparison.Ordinal));
        var saved = Assert.Single(await _rig.AsAsync("carla", "fieldwork", s => s.GetRequiredService<PlaybookService>().ListAsync(_rig.Person("carla"), CancellationToken.None)));
        Assert.Equal("Mail", saved.Name);
        Assert.Equal(["lost bag", "refund"], saved.Content.Labels);
        Assert.Empty(saved.Content.Settings);
    }

    [Fact]
    public async Task Clients_EndAsksFirst_AndSaysWhatEnds()
    {
        await BeginAsync("fieldwork");
        var dialogs = Render<MudDialogProvider>();
        var page = Render<ClientsPage>(p => p.Add(c => c.Org, "fieldwork").AddCascadingValue(Authentication()));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("table.clients tbody tr")));
        Assert.Contains("2 of 2 · ", page.Find("td.setup").TextContent, StringComparison.Ordinal);
        Assert.Equal(["client", "who needs you", "spend this month", "idle days"], page.FindAll(".client-sorts a").Select(a => a.TextContent));

        await page.InvokeAsync(() => ButtonOf(page, "End the work for Northwind Travel").Click());

        dialogs.WaitForAssertion(() => Assert.Contains("can do and see nothing at Northwind Travel any more", dialogs.Markup, StringComparison.Ordinal));
        Assert.NotNull(await _rig.EnterAsync("carla", "northwind"));
        await dialogs.InvokeAsync(() => page.FindComponent<ConfirmDialog>().Instance.OnConfirm.InvokeAsync());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("table.clients tbody tr")));
        Assert.Null(await _rig.EnterAsync("carla", "northwind"));
    }

    /// <summary>One client is slow to read: the other stands there meanwhile, and nothing is told of all of them.</summary>
    [Fact]
    public async Task Clients_AreShownAsTheyAreRead()
    {
        await BeginAsync("fieldwork", Permission.ViewBilling);
        await _rig.EngageAsync(_rig.Grant([Permission.ViewBilling]), "ben", "harbour");
        await using (var ben = await _rig.EnterAsync("ben", "harbour"))
        {
            _rig.SlowTenantId = ben?.ServiceProvider.GetRequiredService<TenantScope>().TenantId;
        }

        var page = Render<ClientsPage>(p => p.Add(c => c.Org, "fieldwork").AddCascadingValue(Authentication()));
        await UntilAsync(() => page.FindAll("table.clients td.name").Count is 1);
        Assert.Equal("Northwind Travel", page.Find("table.clients td.name").TextContent);
        Assert.StartsWith("1 of 2 clients are read.", page.Find("p[role=status]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("this month, of all of them", page.Markup, StringComparison.Ordinal);

        _rig.Slow.SetResult();
        await UntilAsync(() => page.FindAll("table.clients td.name").Count is 2 && page.FindAll("p[role=status]").Count is 0);
        Assert.Contains("this month, of all of them", page.Markup, StringComparison.Ordinal);

        async Task UntilAsync(Func<bool> isSo)
        {
            // The page waits by the rig's clock: it goes on until what is waited for has come.
            while (!await page.InvokeAsync(isSo))
            {
                Xunit.TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                _rig.Time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(10, Xunit.TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>A board that is read again slowly stands as it was until the new one has been read, and is read again soon.</summary>
    [Fact]
    public async Task Clients_ReadAgainSlowly_AreShownOnceRead_AndRestByTheReading()
    {
        await BeginAsync("fieldwork");
        await _rig.EngageAsync(_rig.Grant([]), "ben", "harbour");
        var page = Render<ClientsPage>(p => p.Add(c => c.Org, "fieldwork").AddCascadingValue(Authentication()));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("td.need"), n => n.TextContent.Contains("No project yet", StringComparison.Ordinal)));
        await _rig.ProjectAsync("Claims", "ben", "harbour");
        await using (var ben = await _rig.EnterAsync("ben", "harbour"))
        {
            _rig.SlowTenantId = ben?.ServiceProvider.GetRequiredService<TenantScope>().TenantId;
        }

        var began = _rig.Time.GetUtcNow();
        _rig.Time.Advance(TimeSpan.FromSeconds(20));
        // The page asks, and has no patience left.
        await Task.Delay(500, Xunit.TestContext.Current.CancellationToken);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(500, Xunit.TestContext.Current.CancellationToken);
        Assert.Contains("No project yet", page.Markup, StringComparison.Ordinal);
        _rig.Slow.SetResult();

        Assert.True(await IsSoAsync("Claims", began.AddSeconds(36))); // before the next tick

        await _rig.ProjectAsync("Fleet", "ben", "harbour");
        Assert.True(await IsSoAsync("and 1 more", began.AddSeconds(180))); // nine times a tick later

        async Task<bool> IsSoAsync(string words, DateTimeOffset until)
        {
            while (_rig.Time.GetUtcNow() < until && !await page.InvokeAsync(() => page.Markup.Contains(words, StringComparison.Ordinal)))
            {
                _rig.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(250, Xunit.TestContext.Current.CancellationToken);
            }

            return page.Markup.Contains(words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Board_SaysHowLongItsReadingTook_WheneverThatIsNoticed()
    {
        await BeginAsync("fieldwork");
        await using (var olivia = await _rig.EnterAsync("olivia", "northwind"))
        {
            _rig.SlowTenantId = olivia?.ServiceProvider.GetRequiredService<TenantScope>().TenantId;
        }

        var ours = await Services.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None);
        var reading = await Services.GetRequiredService<ClientBoard>().BeginAsync(_rig.Person("carla"), ours, CancellationToken.None);
        _rig.Time.Advance(TimeSpan.FromSeconds(3));
        _rig.Slow.SetResult();
        await reading.Done;
        _rig.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(TimeSpan.FromSeconds(3), await reading.Done);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await _inside.DisposeAsync();
        _rig.Dispose();
    }

    /// <summary>Carla inside one of the two, with a project of the client's that has a task.</summary>
    private async Task<string> BeginAsync(string slug, params Permission[] granted)
    {
        await _rig.BeginAsync();
        var project = await _rig.ProjectAsync("Bags");
        await _rig.AsAsync("olivia", "northwind", async s =>
        {
            await s.GetRequiredService<ProjectService>().SaveTaskAsync(
                project, new TaskDraft("Sort mail.", TaskKind.Classify, "Classify the message: lost bag or refund.", ["lost bag", "refund"], MetricKind.Accuracy, 0.9), CancellationToken.None);
            return 0;
        });
        await _rig.ReadAsync("northwind", async db =>
        {
            var import = new DatasetImport { ProjectId = project, FileName = "a.csv", BlobName = "a", Length = 1, Sha256 = "0", UploadedAt = db.Now };
            import.Map(new SourceLayout(SourceFormat.Csv, "utf-8", ',', true), ColumnMapping.Of("text", "team"), "shape", "");
            db.Add(import);
            return await db.SaveChangesAsync();
        });
        await _rig.EngageAsync(_rig.Grant(granted));
        _inside = await _rig.EnterAsync("carla", slug) ?? throw new InvalidOperationException("Not admitted.");
        Services.AddSingleton(_ => _inside.ServiceProvider.GetRequiredService<PlaybookSource>()).AddSingleton(_ => _inside.ServiceProvider.GetRequiredService<EngagementService>())
            .AddSingleton(_ => _inside.ServiceProvider.GetRequiredService<ClientBoard>()).AddSingleton(_ => _inside.ServiceProvider.GetRequiredService<CurrentMember>());
        return project;
    }

    private Task<AuthenticationState> Authentication() => Task.FromResult(new AuthenticationState(_rig.Person("carla")));

    private static IElement ButtonOf(IRenderedComponent<SavePlaybookPage> page, string words) => page.FindAll("button").Single(b => b.TextContent.Trim() == words);

    private static IElement ButtonOf(IRenderedComponent<ClientsPage> page, string words) => page.FindAll("button").Single(b => b.TextContent.Trim() == words);

    private static Task TickAsync(IRenderedComponent<SavePlaybookPage> page, string label) => page.InvokeAsync(() =>
        page.FindComponents<MudCheckBox<bool>>().Single(b => b.Instance.Label?.StartsWith(label, StringComparison.Ordinal) is true).Instance.ValueChanged.InvokeAsync(true));

    private static Task FillAsync(IRenderedComponent<SavePlaybookPage> page, string label, string text) => page.InvokeAsync(() =>
        page.FindComponents<MudTextField<string>>().Single(f => f.Instance.Label == label).Instance.ValueChanged.InvokeAsync(text));
}
