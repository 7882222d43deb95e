using Bunit;
using Hangfire;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class RowsPageTests : BunitContext
{
    private readonly DataKit _kit = new();

    public RowsPageTests()
    {
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton(_kit.Datasets).AddSingleton(_kit.Rows).AddSingleton(_kit.Edits).AddSingleton(_kit.Findings).AddSingleton<IBackgroundJobClient>(_kit.Jobs);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task Page_OfManyRows_PagesFiltersAndNeverShowsASealedOne()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var version = await _kit.FreezeAsync(projectId);
        var sealedRows = await _kit.Examples.ReadSealedAsync(version.Id, 0, 100, CancellationToken.None);

        var first = Open(projectId);
        first.WaitForAssertion(() => Assert.Equal(25, first.FindAll("table.rows tbody tr").Count));
        Assert.Contains("4 rows are sealed in a version and not shown", first.Markup, StringComparison.Ordinal);
        Assert.Contains("25 rows of 36", first.Markup, StringComparison.Ordinal);
        var next = first.FindAll("nav[aria-label=Pages] a").Single(a => a.TextContent is "Next").GetAttribute("href")!;
        var second = Open(projectId, next[next.IndexOf('?', StringComparison.Ordinal)..]);
        second.WaitForAssertion(() => Assert.Equal(11, second.FindAll("table.rows tbody tr").Count));
        Assert.All(sealedRows, r => Assert.DoesNotContain(r.Input, first.Markup + second.Markup, StringComparison.Ordinal));
        var none = Open(projectId, "?q=nothing+like+it");
        none.WaitForAssertion(() => Assert.Contains("Nothing matches what you look for", none.Markup, StringComparison.Ordinal));
        var hidden = Open(projectId, $"?row={sealedRows[0].Number}");
        hidden.WaitForAssertion(() => Assert.Contains("Nothing here", hidden.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Row_EditedWhileSomebodyElseDoes_ShowsTheirsKeepsMineAndSavesOverIt()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var page = Open(projectId, "?row=3");
        page.WaitForAssertion(() => Assert.Equal(DataKit.Sentence(3), page.Find("textarea").GetAttribute("value") ?? page.Find("textarea").TextContent));

        await _kit.Edits.EditAsync(projectId, 3, 0, new RowDraft("what they wrote", "transfer"), CancellationToken.None);
        await page.InvokeAsync(() => page.Find("textarea").ChangeAsync(new ChangeEventArgs { Value = "what I wrote" }));
        await page.InvokeAsync(() => Save(page).ClickAsync());

        page.WaitForAssertion(() => Assert.Contains("changed this row while you were editing", page.Markup, StringComparison.Ordinal));
        Assert.Equal(["they"], page.FindAll(".theirs del").Select(d => d.TextContent));
        page.WaitForAssertion(() => Assert.False(Save(page).HasAttribute("disabled")));
        await page.InvokeAsync(() => Save(page).ClickAsync());

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("ol.steps li").Count));
        Assert.Equal("what I wrote", (await _kit.Rows.GetAsync(projectId, 3, CancellationToken.None)).Input);
        page.WaitForAssertion(() => Assert.False(page.FindAll("button").Single(b => b.TextContent.Trim() is "Undo").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Undo").ClickAsync());
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("ol.steps li").Count));
        Assert.Equal("what they wrote", (await _kit.Rows.GetAsync(projectId, 3, CancellationToken.None)).Input);
    }

    [Fact]
    public async Task Grid_OfRowsWithFiles_ShowsSmallPicturesAndWhatTheOthersAre()
    {
        var projectId = await _kit.CreateProjectAsync();
        var table = "file,text,label\n" + string.Concat(Enumerable.Range(1, 12).Select(i => $"{(i is 1 ? "a.png;b.wav;c.pdf;d.png;e.png" : i is 2 ? "huge.png" : "")},{DataKit.Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")}\n"));
        await _kit.ImportAsync(projectId, SourceCorpus.ZipOf([
            ("rows.csv", System.Text.Encoding.UTF8.GetBytes(table)), ("a.png", MediaSamples.Png(4, 4, 1)), ("b.wav", MediaSamples.Wav(300, 12)), ("c.pdf", MediaSamples.Pdf(3)), ("d.png", MediaSamples.Png(4, 4, 2)),
            ("e.png", MediaSamples.Png(4, 4, 3)), ("huge.png", [.. MediaSamples.Png(9_000, 6_000), .. new byte[5 << 20]])]), "rows.zip", m => m with { Input = "{{text}}", Output = "{{label}}", Media = "{{file}}" });

        var page = Open(projectId);
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("ul.thumbs").Count));
        var (first, second) = (page.FindAll("ul.thumbs")[0], page.FindAll("ul.thumbs")[1]);
        Assert.Equal([("a.png", "lazy"), ("d.png", "lazy")], first.QuerySelectorAll("img").Select(i => (i.GetAttribute("alt"), i.GetAttribute("loading"))));
        Assert.All(first.QuerySelectorAll("img"), i => Assert.StartsWith($"/o/northwind/api/projects/{projectId}/media/med_", i.GetAttribute("src"), StringComparison.Ordinal));
        Assert.Equal(["recording · 12 s", "document · 3 pages", "1 more"], first.QuerySelectorAll("span.file, li.muted").Select(f => f.TextContent.Trim()));
        Assert.Equal("picture · 9,000 × 6,000", second.TextContent.Trim());
    }

    [Fact]
    public async Task Row_WhoseFileIsMissing_HasNothingToReleaseAndIsLikeNoOther()
    {
        var projectId = await _kit.CreateProjectAsync();
        var table = "picture,text,label\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"{(i is 40 ? "gone" : "a")}.png,{DataKit.Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")}\n"));
        await _kit.ImportAsync(projectId, SourceCorpus.ZipOf([("rows.csv", System.Text.Encoding.UTF8.GetBytes(table)), ("a.png", MediaSamples.Png(4, 4))]), "rows.zip");
        var missing = await _kit.Rows.GetAsync(projectId, 40, CancellationToken.None);
        Assert.Equal(FindingRule.MediaMissing, missing.SetAsideBy);

        var page = Open(projectId, "?row=40");
        page.WaitForAssertion(() => Assert.Contains("Drop", page.FindAll("button").Select(b => b.TextContent.Trim())));
        Assert.DoesNotContain(page.FindAll("button").Select(b => b.TextContent.Trim()), text => text is "Release" or "Save and release");

        var added = await _kit.Edits.AddAsync(projectId, new RowDraft(missing.Input, "card"), CancellationToken.None);
        Assert.Empty(added.Row!.Findings);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _kit.Dispose();
        }
    }

    private static AngleSharp.Dom.IElement Save(IRenderedComponent<RowsPage> page) => page.FindAll("section.row-panel .mud-button-filled-primary").Single();

    private IRenderedComponent<RowsPage> Open(string projectId, string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/projects/{projectId}/data/rows{query}");
        return Render<RowsPage>(p => p.Add(c => c.Org, "northwind").Add(c => c.ProjectId, projectId));
    }
}
