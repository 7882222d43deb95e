using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Shell;

namespace Portal.Tests.Isolation;

/// <summary>Pages × people × whose ids stand in their addresses, drawn through the portal's own router and gate as a circuit draws them.</summary>
/// <param name="matrix">Where what is found goes.</param>
/// <param name="root">What draws a page that the portal's own router does not know.</param>
internal sealed partial class PageMatrix(Matrix matrix, Func<Type, Holdings, (Type Root, ParameterView Parameters)>? root = null)
{
    private readonly IsolationWorld _world = matrix.World;
    private readonly Holdings _never = matrix.World.Own.Never();

    public async Task RunAsync(Type page, string template)
    {
        var kinds = KindsOf(page, template).ToList();
        var owner = _world.Person(template.StartsWith("/admin", StringComparison.Ordinal) ? "platform-admin" : "owner");
        var own = await ShowAsync(page, template, owner, matrix.OwnOf(owner));
        matrix.Take(template, owner, "own ids", owner.IsAdmin ? own with { Faults = [] } : own);
        if (own.Outcome.Said is not Said.Answered && !Reasons.Shut.ContainsKey(template))
        {
            matrix.Fail(template, owner, "own ids", $"does not get there, so nothing was tried: {own.Outcome.Plain}");
        }

        if (template.StartsWith("/o/", StringComparison.Ordinal) || owner.IsAdmin)
        {
            foreach (var person in _world.People.Where(p => p.Standing is Standing.Barred && p != owner && (!owner.IsAdmin || !p.IsAdmin)))
            {
                var there = await ShowAsync(page, template, person, _world.Own);
                matrix.Take(template, person, "at its address", there);
                if (there.Outcome.Said is not Said.NotFound)
                {
                    matrix.Fail(template, person, "at its address", $"is shown something: {there.Outcome.Plain}");
                }
            }
        }

        foreach (var person in _world.People.Where(p => kinds.Count > 0 && p.Name is "owner" or "viewer" or "consultant" || kinds.Count > 0 && p.Name is "looking-in" && template.StartsWith("/o/", StringComparison.Ordinal)))
        {
            foreach (var named in kinds.Select(string[] (k) => [k]))
            {
                var mine = matrix.OwnOf(person);
                var nobody = await ShowAsync(page, template, person, mine.With(_never, named));
                matrix.Take(template, person, "ids of nobody", nobody);
                foreach (var stranger in matrix.StrangersTo(person).Where(s => named.Any(k => s[k] != mine[k])))
                {
                    var cell = await ShowAsync(page, template, person, mine.With(stranger, named));
                    matrix.Take(template, person, $"{named[0]} of {stranger.Slug}", cell);
                    var isTimed = !Reasons.Slower.ContainsKey(template);
                    var (told, none) = (cell.Told(mine.With(stranger, named), named, isTimed), nobody.Told(mine.With(_never, named), named, isTimed));
                    if (told != none)
                    {
                        matrix.Fail(template, person, $"{named[0]} of {stranger.Slug}", $"can be told from what never was.\n      said {told}\n      else {none}");
                    }
                }
            }

            await GivenTwiceAsync(page, template, person);
        }
    }

    /// <summary>Whichever of two is believed, another's is as good as nobody's.</summary>
    private async Task GivenTwiceAsync(Type page, string template, Person person)
    {
        if (QueryOf(page).Select(q => q.Kind).Distinct().ToList() is not { Count: > 0 } kinds)
        {
            return;
        }

        var mine = matrix.OwnOf(person);
        var nobody = await ShowAsync(page, template, person, mine, _never);
        foreach (var stranger in matrix.StrangersTo(person).Where(s => kinds.Exists(k => s[k] != mine[k])))
        {
            var cell = await ShowAsync(page, template, person, mine, stranger);
            var what = $"{string.Join(" and ", kinds)} once more, of {stranger.Slug}";
            matrix.Take(template, person, what, cell);
            var isTimed = !Reasons.Slower.ContainsKey(template);
            var (told, none) = (cell.Told(stranger, kinds, isTimed), nobody.Told(_never, kinds, isTimed));
            if (told != none)
            {
                matrix.Fail(template, person, what, $"can be told from what never was.\n      said {told}\n      else {none}");
            }
        }
    }

    private IEnumerable<string> KindsOf(Type page, string template) => Parameter().Matches(template).Select(m => Named(m.Groups[1].Value, template))
        .Concat(QueryOf(page).Select(q => q.Kind)).Where(k => k is not "model");

    private static string Named(string parameter, string template) => parameter switch
    {
        "Org" => "slug",
        "Id" => "provider",
        "ErasureId" => "receipt",
        "Token" => "token",
        _ when parameter.EndsWith("Id", StringComparison.Ordinal) => char.ToLowerInvariant(parameter[0]) + parameter[1..^2],
        _ => throw new UnboundException($"{template}, {{{parameter}}}"),
    };

    /// <summary>What of an address stands after the question mark and is the id of a thing.</summary>
    private IEnumerable<(string Name, string Kind)> QueryOf(Type page) =>
        from property in page.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        let query = property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()
        where query is not null && property.PropertyType == typeof(string)
        let name = query.Name ?? property.Name
        let kind = name.ToLowerInvariant() is "file" ? "import" : name.ToLowerInvariant()
        where _world.Own.Ids.ContainsKey(kind)
        select (name, kind);

    private Task<Cell> ShowAsync(Type page, string template, Person person, Holdings asked, Holdings? again = null) => matrix.WatchAsync(matrix.StrangersTo(person), async () =>
    {
        var address = Parameter().Replace(template, m => Named(m.Groups[1].Value, template) is var kind && kind is "model" ? Arguments.ModelId : Uri.EscapeDataString(asked[Named(m.Groups[1].Value, template)]))
            + string.Concat(QueryOf(page).Select((q, i) => $"{(i is 0 ? '?' : '&')}{q.Name}={Uri.EscapeDataString(asked[q.Kind])}"
                + (again is null ? "" : $"&{q.Name}={Uri.EscapeDataString(again[q.Kind])}")));
        await using var scope = _world.Scope();
        var services = scope.ServiceProvider;
        ((IHostEnvironmentAuthenticationStateProvider)services.GetRequiredService<AuthenticationStateProvider>()).SetAuthenticationState(Task.FromResult(new AuthenticationState(person.Principal)));
        ((IHostEnvironmentNavigationManager)services.GetRequiredService<NavigationManager>()).Initialize("https://localhost/", "https://localhost" + address);
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var (drawn, parameters) = root?.Invoke(page, asked) ?? (typeof(Routes), ParameterView.FromDictionary(new Dictionary<string, object?> { ["Address"] = "10.0.0.7" }));
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync(drawn, parameters)).ToHtmlString());
        // All of it is looked through; what can be read of it is compared, since the kit numbers its elements anew each time.
        _world.Ears.Hear($"page {html}");
        var text = Spaces().Replace(Tags().Replace(html, " "), " ");
        return new Outcome(
            text.Contains("does not exist, or you have no access to it", StringComparison.Ordinal) || text.Contains("Page not found", StringComparison.Ordinal) ? Said.NotFound
            : text.Contains("This page could not be loaded", StringComparison.Ordinal) ? Said.Broke : Said.Answered, text);
    });

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("<style.*?</style>|<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
