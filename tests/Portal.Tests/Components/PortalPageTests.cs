using Bunit;
using Microsoft.AspNetCore.Components.Rendering;
using MudBlazor;
using MudBlazor.Services;
using Portal.Components;
using Xunit;

namespace Portal.Tests.Components;

public sealed class PortalPageTests : BunitContext
{
    public PortalPageTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task Press_WhileARefreshLoads_GoesThrough()
    {
        var page = Render<TestPage>();
        page.Instance.Loading = new TaskCompletionSource();
        var refreshing = page.InvokeAsync(page.Instance.RefreshAsync);

        Assert.True(await page.InvokeAsync(() => page.Instance.PressAsync(Task.CompletedTask)));

        Assert.False(refreshing.IsCompleted);
        page.Instance.Loading.SetResult();
        await refreshing;
        Assert.Equal(PageFace.Content, page.Instance.Face);
    }

    [Fact]
    public async Task Press_WhileAPriceIsFoundOut_GoesThrough()
    {
        var page = Render<TestPage>();
        var price = new TaskCompletionSource<string>();
        var asking = page.InvokeAsync(() => page.Instance.AskAsync(price.Task));

        Assert.False(page.Instance.IsBusy);
        Assert.True(page.Instance.IsWorkingOut);
        Assert.True(await page.InvokeAsync(() => page.Instance.PressAsync(Task.CompletedTask)));

        price.SetResult("$1");
        await asking;
        Assert.Equal("$1", page.Instance.Shown);
        Assert.False(page.Instance.IsWorkingOut);
    }

    [Fact]
    public async Task WorkOut_TwoChoicesInARow_ShowsTheNewerWhicheverAnswersFirst()
    {
        var page = Render<TestPage>();
        TaskCompletionSource<string> older = new(), newer = new();
        var first = page.InvokeAsync(() => page.Instance.AskAsync(older.Task));
        var second = page.InvokeAsync(() => page.Instance.AskAsync(newer.Task));

        newer.SetResult("two rows");
        await second;
        older.SetResult("one row");
        await first;

        Assert.Equal("two rows", page.Instance.Shown);
        Assert.False(page.Instance.IsWorkingOut);
    }

    [Fact]
    public async Task Press_TwiceWhileItRuns_IsDoneOnce()
    {
        var page = Render<TestPage>();
        var act = new TaskCompletionSource();
        var first = page.InvokeAsync(() => page.Instance.PressAsync(act.Task));

        Assert.False(await page.InvokeAsync(() => page.Instance.PressAsync(act.Task)));

        act.SetResult();
        Assert.True(await first);
        Assert.Equal(1, page.Instance.Presses);
    }

    [Fact]
    public async Task Press_ExpectedFailure_IsAMessageAndThePageLivesOn()
    {
        var page = Render<TestPage>();

        Assert.False(await page.InvokeAsync(() => page.Instance.PressAsync(Task.FromException(new PortalException("No room. Delete something.")))));

        Assert.Equal("No room. Delete something.", Assert.Single(Services.GetService<ISnackbar>()!.ShownSnackbars).Message);
        Assert.True(await page.InvokeAsync(() => page.Instance.PressAsync(Task.CompletedTask)));
    }

    [Fact]
    public async Task Left_InTheMiddle_IsNoFault()
    {
        var page = Render<TestPage>();
        var running = page.InvokeAsync(() => page.Instance.PressAsync(Task.Delay(Timeout.Infinite, page.Instance.UntilLeft)));

        await page.InvokeAsync(page.Instance.Dispose);

        Assert.False(await running);
        Assert.Empty(Services.GetService<ISnackbar>()!.ShownSnackbars);
    }

    private sealed class TestPage : PortalPage
    {
        public TaskCompletionSource? Loading { get; set; }

        public string Shown { get; private set; } = "";

        public int Presses { get; private set; }

        public CancellationToken UntilLeft => Leaving;

        public Task AskAsync(Task<string> answer) => WorkOutAsync(_ => answer, found => Shown = found);

        public Task<bool> PressAsync(Task act) => RunAsync(_ =>
        {
            Presses++;
            return act;
        });

        protected override Task LoadAsync(CancellationToken ct) => Loading?.Task ?? Task.CompletedTask;

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Shown);
    }
}
