using System.Security.Claims;
using Bunit;
using Hangfire;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class DataPageTests : BunitContext
{
    private readonly DataKit _kit = new();

    public DataPageTests()
    {
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton(_kit.Datasets).AddSingleton(_kit.Uploads).AddSingleton(_kit.Findings).AddSingleton(_kit.Versions).AddSingleton(_kit.Examples).AddSingleton<IBackgroundJobClient>(_kit.Jobs);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Page_UnknownProject_IsNotFound()
    {
        var page = Open("prj_of_somebody_else");

        page.WaitForAssertion(() => Assert.Contains("Nothing here", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_NothingUploaded_AsksForAFile()
    {
        var page = Open(await _kit.CreateProjectAsync());

        page.WaitForAssertion(() => Assert.Contains("Drop a CSV, Excel, JSON or ZIP file here", page.Markup, StringComparison.Ordinal));
        Assert.NotNull(page.Find(".choose.primary"));
        Assert.Empty(page.FindAll(".mud-button-filled-primary"));
    }

    [Fact]
    public async Task Page_FileUploaded_ShowsItsFirstRowsAndImportsWhatWasGuessed()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.UploadAsync(projectId, DataKit.Csv(40));
        var page = Open(projectId);
        page.WaitForAssertion(() => Assert.Equal(20, page.FindAll("table.preview tbody tr").Count));
        Assert.Equal(["Row", "text → input", "label → output"], page.FindAll("table.preview th").Select(h => h.TextContent.Trim()));
        Assert.Equal("Import", Primary(page).TextContent.Trim());

        await page.InvokeAsync(() => Primary(page).ClickAsync());

        page.WaitForAssertion(() => Assert.Contains("Importing examples.csv", page.Markup, StringComparison.Ordinal));
        Assert.Single(_kit.Jobs.All);
        Assert.Empty(page.FindAll(".mud-button-filled-primary"));
    }

    [Fact]
    public async Task Page_OneColumn_SaysWhyImportIsOff()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.UploadAsync(projectId, "text\nonly this\nand that\n");

        var page = Open(projectId);

        page.WaitForAssertion(() => Assert.Contains("Only one column was found, and two are needed.", page.Markup, StringComparison.Ordinal));
        Assert.True(Primary(page).HasAttribute("disabled"));
    }

    [Fact]
    public async Task Page_OpenDecision_BlocksFreezingUntilItIsTaken()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Where is my card,card\nWhere is my card,transfer\n");
        var page = Open(projectId);
        page.WaitForAssertion(() => Assert.Contains("1 finding needs a decision.", page.Find("#why-not-freeze").TextContent, StringComparison.Ordinal));
        Assert.True(Primary(page).HasAttribute("disabled"));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Set aside").ClickAsync());

        page.WaitForAssertion(() => Assert.False(Primary(page).HasAttribute("disabled")));
        Assert.Contains("Undo", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Freeze version 1", Primary(page).TextContent, StringComparison.Ordinal);

        await page.InvokeAsync(() => Primary(page).ClickAsync());

        page.WaitForAssertion(() => Assert.Contains("Freezing version 1", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_FileWithASplit_ProposesItAndOffersAnother()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, "text,label,split\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"{DataKit.Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")},{(i > 30 ? "test" : "train")}\n")));
        var page = Open(projectId);
        page.WaitForAssertion(() => Assert.Contains("as the column of the file says", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.FindAll("input[type=radio]")[1].Click());
        page.WaitForAssertion(() => Assert.Contains("80 % to train", page.Markup, StringComparison.Ordinal));
        await page.InvokeAsync(() => Primary(page).ClickAsync());

        page.WaitForAssertion(() => Assert.Contains("Freezing version 1", page.Markup, StringComparison.Ordinal));
        Assert.Equal(SplitMethod.Spread, (await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Freezing?.SplitMethod);
    }

    [Fact]
    public async Task Page_Frozen_GoesOnToModelAndNeverShowsASealedRow()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var version = await _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        await _kit.Freezes.RunAsync("org_test", version.Id, CancellationToken.None);
        var sealedRows = await _kit.Examples.ReadSealedAsync(version.Id, 0, 100, CancellationToken.None);

        var page = Open(projectId, $"?tab=versions&version={version.Id}&split=test");
        page.WaitForAssertion(() => Assert.Contains("4 rows that nobody who builds may see", page.Markup, StringComparison.Ordinal));
        Assert.EndsWith("/model", Primary(page).GetAttribute("href"), StringComparison.Ordinal);

        Assert.All(sealedRows, r => Assert.DoesNotContain(r.Input, page.Markup, StringComparison.Ordinal));
        Open(projectId, "?tab=rows");
        Assert.EndsWith($"/o/northwind/projects/{projectId}/data/rows", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Version_OffersItsFiles_ToThoseAloneWhoMayReadRows()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var version = await _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        await _kit.Freezes.RunAsync("org_test", version.Id, CancellationToken.None);
        var address = $"/o/northwind/api/projects/{projectId}/versions/{version.Id}/validation/";

        var page = Open(projectId, $"?tab=versions&version={version.Id}&split=validation");
        page.WaitForAssertion(() => Assert.Equal(
            [address + "gemini.jsonl", address + "openai.jsonl", address + "rows.csv"], page.FindAll("nav[aria-label=Download] a").Select(a => a.GetAttribute("href"))));
        var test = Open(projectId, $"?tab=versions&version={version.Id}&split=test");
        test.WaitForAssertion(() => Assert.Contains("nobody who builds may see or download", test.Markup, StringComparison.Ordinal));
        Assert.Empty(test.FindAll("nav[aria-label=Download]"));

        _kit.Current.Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, MemberRole.Billing), new ClaimsPrincipal());
        var figures = Open(projectId, $"?tab=versions&version={version.Id}&split=validation");
        figures.WaitForAssertion(() => Assert.Contains("Your role shows figures, not rows.", figures.Markup, StringComparison.Ordinal));
        Assert.Empty(figures.FindAll("nav[aria-label=Download]"));
    }

    [Theory]
    [InlineData(401, "", "Your session ended.")]
    [InlineData(0, "", "only the rest of it is sent")]
    [InlineData(-2, "", "could not be read any more")]
    [InlineData(-1, "", "The upload was cancelled")]
    [InlineData(422, "{\"detail\":\"This is a PDF. Upload the examples as CSV or JSONL.\"}", "This is a PDF")]
    [InlineData(500, "<html>", "The file was not accepted")]
    public async Task Upload_ThatFails_SaysWhatNow(int status, string body, string expected)
    {
        var panel = Render<UploadPanel>(p => p.Add(c => c.Address, "/o/x/api/projects/y/uploads").Add(c => c.MaxBytes, 1L << 30));
        await panel.InvokeAsync(() => panel.Find("input[type=file]").ChangeAsync(new ChangeEventArgs { Value = "train.csv" }));
        await panel.Instance.OnUploadProgress(500_000, 1_000_000, 0);
        Assert.Contains("488.3 KB of 976.6 KB", panel.Markup, StringComparison.Ordinal);

        await panel.Instance.OnUploadDone(status, body);

        Assert.Contains(expected, panel.Find(".mud-alert").TextContent, StringComparison.Ordinal);
        Assert.Equal(status is 401, panel.FindAll("a[target=_blank]").Count is 1);
        Assert.Empty(panel.FindAll(".mud-progress-linear"));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _kit.Dispose();
        }
    }

    private static AngleSharp.Dom.IElement Primary(IRenderedComponent<DataPage> page) => page.Find(".mud-button-filled-primary");

    private IRenderedComponent<DataPage> Open(string projectId, string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/projects/{projectId}/data{query}");
        return Render<DataPage>(p => p.Add(c => c.Org, "northwind").Add(c => c.ProjectId, projectId));
    }
}
