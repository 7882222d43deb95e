using Microsoft.Playwright;

namespace Portal.EndToEnd;

/// <summary>What a person does, in their words.</summary>
internal static class Journey
{
    public static async Task SignInAsync(this IPage page, PortalProcess portal, string person)
    {
        await page.GotoAsync(portal.Address + "/sign-in");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = person }).ClickAsync();
        await page.WaitForURLAsync(portal.Address + "/**");
    }
}
