using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Portal.Components;
using Xunit;

namespace Portal.Tests.Architecture;

public sealed class PageTests
{
    [Fact]
    public void EveryPage_IsGuardedAsItsAddressSays()
    {
        var pages = typeof(PortalUrls).Assembly.GetTypes().Where(t => t.IsDefined(typeof(RouteAttribute))).ToList();

        Assert.True(pages.Count > 4);
        Assert.Contains(pages, p => p.GetCustomAttributes<RouteAttribute>().Any(r => r.Template.Contains("{Org}", StringComparison.Ordinal)));
        var broken = pages.SelectMany(Broken).ToList();
        Assert.True(broken.Count is 0, string.Join('\n', broken));
    }

    [Fact]
    public void Broken_OfABadPage_NamesEveryFault()
    {
        Assert.Equal(["Open has an address of an organisation but no [Authorize]", "Open is a page of an organisation but no PortalPage"], Broken(typeof(Open)));
        Assert.Equal(["Lowered names the organisation otherwise than {Org}, so the gate would not see it"], Broken(typeof(Lowered)));
        Assert.Contains("Anybodys has an address of an organisation but no [Authorize]", Broken(typeof(Anybodys)));
        Assert.Empty(Broken(typeof(Good)));
    }

    private static IEnumerable<string> Broken(Type page)
    {
        var templates = page.GetCustomAttributes<RouteAttribute>().Select(r => r.Template).ToList();
        if (templates.Any(t => t.StartsWith("/o/", StringComparison.OrdinalIgnoreCase) && !t.StartsWith("/o/{Org}", StringComparison.Ordinal)))
        {
            yield return $"{page.Name} names the organisation otherwise than {{Org}}, so the gate would not see it";
        }

        if (!templates.Any(t => t.Contains("{Org}", StringComparison.Ordinal)))
        {
            yield break;
        }

        if (!page.IsDefined(typeof(AuthorizeAttribute), inherit: true) || page.IsDefined(typeof(AllowAnonymousAttribute), inherit: true))
        {
            yield return $"{page.Name} has an address of an organisation but no [Authorize]";
        }

        if (!typeof(PortalPage).IsAssignableFrom(page))
        {
            yield return $"{page.Name} is a page of an organisation but no PortalPage";
        }
    }

    [Route("/o/{Org}/open")]
    private sealed class Open;

    [Authorize, Route("/o/{org}/lowered")]
    private sealed class Lowered;

    [Authorize, AllowAnonymous, Route("/o/{Org}/anybodys")]
    private sealed class Anybodys;

    [Authorize, Route("/o/{Org}/good")]
    private sealed class Good : PortalPage
    {
        protected override Task LoadAsync(CancellationToken ct) => Task.CompletedTask;
    }
}
