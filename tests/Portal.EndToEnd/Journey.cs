using Microsoft.Playwright;

namespace Portal.EndToEnd;

/// <summary>What a person does, in their words.</summary>
internal static class Journey
{
    public static async Task SignInAsync(this IPage page, PortalProcess portal, string person)
    {
        await page.GotoAsync(portal.Address + "/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = person }).ClickAsync();
        await page.WaitForURLAsync(portal.Address + "/**");
    }

    /// <summary>Makes a project and defines its task; returns the project's address.</summary>
    public static async Task<string> DefineAsync(this IPage page, string name, string target)
    {
        await page.Button("Create the first project").Or(page.Button("New project")).ClickAsync();
        await page.GetByLabel("What is it called?").FillAsync(name);
        await page.Button("Create project").ClickAsync();
        // The circuit changes the address within the page: there is no new load to wait for.
        await page.WaitForURLAsync("**/projects/prj_*", new() { WaitUntil = WaitUntilState.Commit });
        var project = page.Url;
        await page.GetByRole(AriaRole.Link, new() { Name = "Define", Exact = true }).ClickAsync();
        await page.GetByLabel("Goal").FillAsync("Send every message to the right team at once.");
        await page.GetByLabel("Instruction").FillAsync("Classify the customer's message by what they need.");
        await page.GetByLabel("Target in percent").FillAsync(target);
        await page.Link("Go on to Data").ClickAsync();
        return project;
    }

    public static async Task UploadAndFreezeAsync(this IPage page, string path, string? decision = null)
    {
        await page.Locator("input[type=file]").SetInputFilesAsync(path);
        await page.Button("Import").ClickAsync();
        if (decision is not null)
        {
            await page.Button(decision).First.ClickAsync();
        }

        await page.Button("Freeze version 1").ClickAsync();
        await page.Link("Go on to Model").ClickAsync();
    }

    /// <summary>
    /// Runs the proposed baselines and chooses what the verdict proposes. The project's id draws the rows, so that now and then these cannot tell,
    /// and the choice is the person's own.
    /// </summary>
    public static async Task MeasureAndChooseAsync(this IPage page, PortalProcess portal)
    {
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run baselines · ") }).ClickAsync();
        var (proposed, undecided) = (page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Choose .+") }).First, page.GetByText("Or choose one below"));
        await page.ShowingAsync(portal, async () =>
        {
            await proposed.Or(undecided).First.WaitForAsync(new() { Timeout = 90_000 });
            await (await undecided.IsVisibleAsync()
                ? page.GetByRole(AriaRole.Row, new() { NameRegex = new("Flash-Lite few-shot") }).First.GetByRole(AriaRole.Button, new() { Name = "Choose" })
                : proposed).ClickAsync();
        });
        await page.Link("Go on to Tune").ClickAsync();
    }

    /// <summary>Where it takes too long, what the page showed instead is said with it, and what the portal did last.</summary>
    private static async Task ShowingAsync(this IPage page, PortalProcess portal, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{page.Url} shows:\n{await page.Locator("body").InnerTextAsync()}\n{portal.Output}", late);
        }
    }

    public static async Task StartTuningAsync(this IPage page, string epochs)
    {
        await page.GetByLabel("Epochs").FillAsync(epochs);
        await page.Keyboard.PressAsync("Tab");
        // The button carries the price of these settings, not of those before.
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(new System.Text.RegularExpressions.Regex($@"Passes \(epochs\)\s*{epochs}\b"));
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Start tuning · about") }).ClickAsync();
    }

    /// <summary>Lets a model write rows for the label that it proposes, and waits until they are drafts; the page then shows them.</summary>
    public static async Task WriteRowsAsync(this IPage page, string project, int rows)
    {
        await page.GotoAsync(project + "/data/augment");
        await page.GetByLabel("Rows", new() { Exact = true }).FillAsync($"{rows}");
        await page.Keyboard.PressAsync("Tab");
        // The price on the button is of so many rows.
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^Write {rows} rows · about ") }).ClickAsync();
        await page.WaitForURLAsync("**/data/augment?augmentation=aug_*", new() { WaitUntil = WaitUntilState.Commit });
        await Assertions.Expect(page.GetByText("Asked ").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("ol.drafts > li").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Button("Stop")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
    }

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });
}
