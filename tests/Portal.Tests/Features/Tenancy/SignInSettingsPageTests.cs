using System.Security.Claims;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Components;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class SignInSettingsPageTests : BunitContext
{
    public SignInSettingsPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
    }

    [Fact]
    public async Task Page_FromNothingToAProviderThatIsRequired_KeepsTheSecretToItself()
    {
        await using var rig = await ProviderRig.StartAsync();
        await using var circuit = await EnterAsync(rig, rig.OwnerId);
        var dialogs = Render<MudDialogProvider>();
        var page = Render<SignInSettingsPage>(p => p.Add(s => s.Org, "acme"));
        page.WaitForAssertion(() => Assert.Contains("No identity provider of your own", page.Markup, StringComparison.Ordinal));

        await PressAsync(page, "Add an identity provider");
        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll(".provider-form input").Count));
        Assert.True(Button(page, "Add").HasAttribute("disabled"));
        foreach (var (place, text) in new[] { "Acme Okta", rig.Provider.Issuer, ForgingAuthority.ClientId, ForgingAuthority.ClientSecret }.Index())
        {
            await page.InvokeAsync(() => page.FindAll(".provider-form input")[place].Input(text));
        }

        page.WaitForAssertion(() => Assert.False(Button(page, "Add").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find(".provider-form").Submit());
        page.WaitForAssertion(() => Assert.EndsWith(" Off", page.Find(".provider-state").TextContent.Trim(), StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("Kept, never shown", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain(ForgingAuthority.ClientSecret, page.Markup, StringComparison.Ordinal);

        await PressAsync(page, "Test");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("ul.findings li")));
        await PressAsync(page, "Switch on");
        page.WaitForAssertion(() => Assert.EndsWith(" On", page.Find(".provider-state").TextContent.Trim(), StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("Members must sign in with a provider of this organization", page.Markup, StringComparison.Ordinal));

        await PressAsync(page, "Remove");
        dialogs.WaitForAssertion(() => Assert.Contains("Remove Acme Okta?", dialogs.Markup, StringComparison.Ordinal));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Trim() is "Remove").Click());
        page.WaitForAssertion(() => Assert.Contains("No identity provider of your own", page.Markup, StringComparison.Ordinal));
        var done = (await rig.LogAsync("acme")).Select(e => e.Action).ToList();
        Assert.Contains("provider.added", done);
        Assert.Contains("provider.removed", done);
    }

    [Fact]
    public async Task Page_OfWhoeverMayNot_SaysWhichRightIsMissing()
    {
        await using var rig = await ProviderRig.StartAsync();
        using var browser = rig.Portal.Open();
        await browser.SignInAsync();
        var userId = (await browser.WhoamiAsync()).UserId!; // signed in
        await rig.AddMemberAsync("acme", userId, MemberRole.Editor);
        await using var circuit = await EnterAsync(rig, userId);

        var page = Render<SignInSettingsPage>(p => p.Add(s => s.Org, "acme"));

        page.WaitForAssertion(() => Assert.Equal(PageFace.Error, page.Instance.Face));
        Assert.Empty(page.FindAll("form"));
        Assert.DoesNotContain("Add an identity provider", page.Markup, StringComparison.Ordinal);
    }

    private async Task<AsyncServiceScope> EnterAsync(ProviderRig rig, string userId)
    {
        var circuit = rig.Portal.Services.CreateAsyncScope();
        var person = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, userId), new Claim("name", "Olivia")], "test"));
        Assert.True(await circuit.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(person, "acme", "10.0.0.9", Xunit.TestContext.Current.CancellationToken));
        Services.AddFallbackServiceProvider(circuit.ServiceProvider);
        return circuit;
    }

    private static async Task PressAsync(IRenderedComponent<SignInSettingsPage> page, string text)
    {
        page.WaitForAssertion(() => Assert.False(Button(page, text).HasAttribute("disabled")));
        await page.InvokeAsync(() => Button(page, text).Click());
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<SignInSettingsPage> page, string text) => page.FindAll("button").First(b => b.TextContent.Trim() == text);
}
