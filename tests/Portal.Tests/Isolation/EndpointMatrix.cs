using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Tests.Isolation;

/// <summary>One method of one address; addresses without a method of their own, hubs among them, are asked by GET and by POST.</summary>
internal sealed record Address(RouteEndpoint Endpoint, string Method, string Template)
{
    public string Name => $"{Method} {Template}";

    public bool IsOfAnOrganization => Template.StartsWith("/o/{org}", StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Name;
}

/// <summary>The portal's own pipeline × people × whose names and ids stand in an address, with cookies, keys and forged headers.</summary>
internal sealed partial class EndpointMatrix(Matrix matrix) : IDisposable
{
    private readonly IsolationWorld _world = matrix.World;
    private readonly Holdings _never = matrix.World.Own.Never();
    private readonly Dictionary<Person, (string Header, string Value, string Cookie)> _tokens = [];
    private readonly HttpClient _http = matrix.World.Browser();

    /// <summary>All that the running portal answers at, style sheets and scripts aside, which are the same for everybody.</summary>
    public static IReadOnlyList<Address> Find(IServiceProvider services) =>
    [
        .. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Where(m => m is not "HEAD") ?? ["GET", "POST"])
                .Select(m => new Address(e, m, "/" + (e.RoutePattern.RawText ?? "").TrimStart('/'))))
            .OrderBy(a => a.Name, StringComparer.Ordinal),
    ];

    public void Dispose() => _http.Dispose();

    public async Task RunAsync(Address address)
    {
        await AnonymousAsync(address);
        if (address.IsOfAnOrganization && !IsShell(address))
        {
            await OfAnOrganizationAsync(address);
        }
        else if (!IsGateway(address) && !IsShell(address) && !Reasons.Open.ContainsKey(address.Template) && Kinds(address) is { Count: > 0 } kinds)
        {
            await CompareAsync(address, _world.Person("owner"), kinds);
        }

        if (IsGateway(address) && !address.Template.Contains("{**", StringComparison.Ordinal))
        {
            await ByKeyAsync(address);
        }

        if (IsData(address))
        {
            await DataByKeyAsync(address);
        }

        if (IsPlatforms(address))
        {
            await BesideAdminsAsync(address);
        }
    }

    public static bool IsPlatforms(Address address) => address.Template.StartsWith("/admin", StringComparison.Ordinal) && address.Method is "GET";

    public async Task AnonymousAsync(Address address)
    {
        var anonymous = _world.Person("anonymous");
        var cell = await SendAsync(address, anonymous, _world.Own);
        matrix.Take(address.Name, anonymous, "own ids", cell);
        if (!Reasons.Open.ContainsKey(address.Template) && cell.Outcome.Said is not Said.TurnedAway)
        {
            matrix.Fail(address.Name, anonymous, "own ids", $"is let in. Guard it, or say in {nameof(Reasons)} why it is open: {cell.Outcome.Plain}");
        }
    }

    public async Task BesideAdminsAsync(Address address)
    {
        foreach (var person in _world.People.Where(p => p.Name is "owner" or "other-owner" or "consultant"))
        {
            var refused = await SendAsync(address, person, _world.Own);
            matrix.Take(address.Name, person, "own ids", refused);
            if (refused.Outcome.Said is not Said.NotFound)
            {
                matrix.Fail(address.Name, person, "own ids", $"gets there beside the platform's admins: {refused.Outcome.Plain}");
            }
        }
    }

    /// <summary>The page's own answer is a shell, the same for everybody signed in; what is in it is asked by the page itself.</summary>
    private static bool IsShell(Address address) => address.Endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null;

    private async Task OfAnOrganizationAsync(Address address)
    {
        var owner = _world.Person("owner");
        var own = await SendAsync(address, owner, _world.Own);
        matrix.Take(address.Name, owner, "own ids", own);
        if (own.Outcome.Said is not (Said.Answered or Said.Refused))
        {
            matrix.Fail(address.Name, owner, "own ids", $"does not get there, so nothing was tried: {own.Outcome.Plain}");
        }

        // Whoever the gate refuses: as at an organisation that is not there.
        foreach (var person in _world.People.Where(p => p.Standing is Standing.Barred && p.Name is not "anonymous"))
        {
            var there = await SendAsync(address, person, _world.Own);
            var nowhere = await SendAsync(address, person, _world.Own.With("slug", _never["slug"]));
            matrix.Take(address.Name, person, "at its address", there);
            if (there.Outcome.Said is not Said.NotFound || there.Told(_world.Own, ["slug"]) != nowhere.Told(_world.Own.With("slug", _never["slug"]), ["slug"]))
            {
                matrix.Fail(address.Name, person, "at its address", $"can tell it from one that is not there.\n      said {there.Told(_world.Own, ["slug"])}\n      else {nowhere.Outcome.Plain}");
            }
        }

        foreach (var person in _world.People.Where(p => p.Name is "owner" or "viewer" or "consultant" or "looking-in"))
        {
            foreach (var kinds in Kinds(address).Select(IReadOnlyList<string> (k) => [k]).Append(Kinds(address)))
            {
                await CompareAsync(address, person, kinds);
            }
        }

        await SpellAsync(address, owner, Kinds(address));
    }

    /// <summary>What an address of the gateway may name.</summary>
    private static readonly string[] s_named = ["endpointName", "response"];

    private static bool IsGateway(Address address) => address.Template.StartsWith("/v1", StringComparison.Ordinal) || address.Template.StartsWith("/openai", StringComparison.Ordinal);

    private static bool IsData(Address address) => address.Template.StartsWith("/api/v1/", StringComparison.Ordinal);

    /// <summary>
    /// A key of one project × every id of its own, of its organization's other project and of the other customer; the same ids by the keys of
    /// those, and by keys for other things. What is not a key's own is as what never was.
    /// </summary>
    private async Task DataByKeyAsync(Address address)
    {
        var holder = _world.Person("anonymous");
        var (mine, kinds) = (_world.Own["secret"], Kinds(address));
        var own = await SendAsync(address, holder, _world.Own, mine);
        matrix.Take(address.Name, holder, "own key", own);
        if (own.Outcome.Said is not (Said.Answered or Said.Refused))
        {
            matrix.Fail(address.Name, holder, "own key", $"does not get there, so nothing was tried: {own.Outcome.Plain}");
        }

        foreach (var asked in kinds.Count > 1 ? kinds.Select(IReadOnlyList<string> (k) => [k]).Append(kinds) : [kinds])
        {
            await TryAsync("its key, ids of the other project", mine, _world.Own.With(_world.Closed, asked), _world.Own.With(_never, asked));
            await TryAsync("its key, ids of another", mine, _world.Own.With(_world.Other, asked), _world.Own.With(_never, asked));
        }

        await TryAsync("key of the other project", _world.Closed["secret"], _world.Own, _world.Own.With(_never, kinds));
        await TryAsync("key of another", _world.Other["secret"], _world.Own, _world.Own.With(_never, kinds));
        var wrong = await SendAsync(address, holder, _world.Own, _never["secret"]);
        matrix.Take(address.Name, holder, "a key of nobody's", wrong);
        if (wrong.Outcome.Said is not Said.TurnedAway)
        {
            matrix.Fail(address.Name, holder, "a key of nobody's", $"opens: {wrong.Outcome.Plain}");
        }

        async Task TryAsync(string what, string key, Holdings ids, Holdings never)
        {
            var (cell, nobody) = (await SendAsync(address, holder, ids, key), await SendAsync(address, holder, never, key));
            matrix.Take(address.Name, holder, what, cell);
            if (cell.Told(ids, kinds) != nobody.Told(never, kinds))
            {
                matrix.Fail(address.Name, holder, what, $"can be told from what never was.\n      said {cell.Told(ids, kinds)}\n      else {nobody.Told(never, kinds)}");
            }
        }
    }

    /// <summary>A key reaches its own endpoint: another's name is as good as nobody's, and a key of nobody's reaches nothing.</summary>
    private async Task ByKeyAsync(Address address)
    {
        var holder = _world.Person("anonymous");
        var (mine, theirs, nobodys) = (_world.Own, _world.Own.With(_world.Other, s_named), _world.Own.With(_never, s_named));
        var own = await SendAsync(address, holder, mine, mine["secret"]);
        matrix.Take(address.Name, holder, "own key", own);
        if (own.Outcome.Said is Said.TurnedAway)
        {
            matrix.Fail(address.Name, holder, "own key", $"is turned away: {own.Outcome.Plain}");
        }

        var (other, none) = (await SendAsync(address, holder, theirs, mine["secret"]), await SendAsync(address, holder, nobodys, mine["secret"]));
        matrix.Take(address.Name, holder, "own key, another's endpoint", other);
        var (wrong, closed) = (await SendAsync(address, holder, mine, _never["secret"]), await SendAsync(address, holder, _world.Own.With(_world.Closed, s_named), mine["secret"]));
        matrix.Take(address.Name, holder, "a key of nobody's", wrong);
        if (wrong.Outcome.Said is not Said.TurnedAway || other.Outcome.Plain != none.Outcome.Plain || closed.Outcome.Plain != none.Outcome.Plain)
        {
            matrix.Fail(address.Name, holder, "keys", $"reach what they must not.\n      wrong {wrong.Outcome.Plain}\n      other {other.Outcome.Plain}\n      none {none.Outcome.Plain}\n      closed {closed.Outcome.Plain}");
        }
    }

    /// <summary>A key that was good once is as good as nobody's.</summary>
    public async Task SpentKeysAsync(IEnumerable<Address> addresses)
    {
        foreach (var (what, statement) in new[]
        {
            ("a key that was revoked", "UPDATE \"ApiKey\" SET \"RevokedAt\" = '2026-01-01 00:00:00'"),
            ("a key of an organization that is being erased", $"UPDATE \"Tenant\" SET \"ClosedAt\" = '2026-01-01 00:00:00' WHERE \"Id\" = '{_world.Own.TenantId}'"),
        })
        {
            await using var over = await _world.State.SetAsync([statement]);
            foreach (var address in addresses.Where(a => (IsGateway(a) || IsData(a)) && !a.Template.Contains("{**", StringComparison.Ordinal)))
            {
                var holder = _world.Person("anonymous");
                var (spent, nobodys) = (await SendAsync(address, holder, _world.Own, _world.Own["secret"]), await SendAsync(address, holder, _world.Own, _never["secret"]));
                matrix.Take(address.Name, holder, what, spent);
                if (spent.Outcome.Said is not Said.TurnedAway || spent.Outcome.Plain != nobodys.Outcome.Plain)
                {
                    matrix.Fail(address.Name, holder, what, $"opens as if it were good: {spent.Outcome.Plain}");
                }
            }
        }
    }

    /// <summary>A key for another deployment reaches this one no more than one that never was, and no list of its own names it.</summary>
    public async Task NarrowKeysAsync(IEnumerable<Address> addresses)
    {
        await using var over = await _world.State.SetAsync([$"UPDATE \"ApiKey\" SET \"EndpointId\" = NULL, \"EndpointList\" = '{_never["endpoint"]}'"]);
        foreach (var address in addresses.Where(a => IsGateway(a) && !a.Template.Contains("{**", StringComparison.Ordinal)))
        {
            var holder = _world.Person("anonymous");
            var nobodys = _world.Own.With(_never, s_named);
            var (narrow, none) = (await SendAsync(address, holder, _world.Own, _world.Own["secret"]), await SendAsync(address, holder, nobodys, _world.Own["secret"]));
            matrix.Take(address.Name, holder, "a key for another deployment", narrow);
            if (narrow.Outcome.Plain != none.Outcome.Plain || narrow.Outcome.Plain.Contains(_world.Own["endpointName"], StringComparison.Ordinal))
            {
                matrix.Fail(address.Name, holder, "a key for another deployment", $"reaches what it was not issued for.\n      said {narrow.Outcome.Plain}\n      else {none.Outcome.Plain}");
            }
        }
    }

    /// <summary>What another has put away or is having erased is still another's.</summary>
    public async Task GoneAsync(IEnumerable<Address> addresses)
    {
        var of = $"WHERE \"TenantId\" = '{_world.Other.TenantId}'";
        await using var over = await _world.State.SetAsync(
        [
            $"UPDATE \"Tenant\" SET \"ClosedAt\" = '2026-01-01 00:00:00' WHERE \"Id\" = '{_world.Other.TenantId}'",
            $"UPDATE \"ApiKey\" SET \"RevokedAt\" = '2026-01-01 00:00:00' {of}",
            $"DELETE FROM \"Member\" {of}",
        ]);
        foreach (var address in addresses.Where(a => a.IsOfAnOrganization && !IsShell(a)))
        {
            await CompareAsync(address, _world.Person("owner"), Kinds(address));
        }
    }

    private async Task CompareAsync(Address address, Person person, IReadOnlyList<string> kinds)
    {
        var nobody = await SendAsync(address, person, _world.Own.With(_never, kinds));
        matrix.Take(address.Name, person, "ids of nobody", nobody);
        foreach (var (stranger, of) in matrix.StrangersTo(person).Where(s => kinds.All(k => s[k] != _world.Own[k])).Select(s => (s, _world.Own.With(s, kinds))))
        {
            var cell = await SendAsync(address, person, of);
            matrix.Take(address.Name, person, $"{string.Join(" and ", kinds)} of {stranger.Slug}", cell);
            if (cell.Told(of, kinds) != nobody.Told(_world.Own.With(_never, kinds), kinds))
            {
                matrix.Fail(address.Name, person, $"{string.Join(" and ", kinds)} of {stranger.Slug}", $"can be told from what never was.\n      said {cell.Told(of, kinds)}\n      else {nobody.Told(_world.Own.With(_never, kinds), kinds)}");
            }
        }
    }

    /// <summary>In an address as in an argument, and none breaks anything.</summary>
    private async Task SpellAsync(Address address, Person person, IReadOnlyList<string> kinds)
    {
        foreach (var (name, of) in Spellings.All.Where(s => s.Name is not ("nothing" or "half a letter" or "with a null")))
        {
            var (asked, none) = (kinds.Aggregate(_world.Own, (all, kind) => all.With(kind, of(_world.Other[kind]))), kinds.Aggregate(_world.Own, (all, kind) => all.With(kind, of(_never[kind]))));
            var (cell, nobody) = (await SendAsync(address, person, asked), await SendAsync(address, person, none));
            matrix.Take(address.Name, person, $"{string.Join(" and ", kinds)} of boreal, {name}", cell);
            if (cell.Outcome.Said is Said.Broke or Said.Answered || cell.Told(asked, kinds) != nobody.Told(none, kinds))
            {
                matrix.Fail(address.Name, person, $"{string.Join(" and ", kinds)} of boreal, {name}", $"is more than refused.\n      said {cell.Told(asked, kinds)}\n      else {nobody.Told(none, kinds)}");
            }
        }
    }

    private static IReadOnlyList<string> Kinds(Address address) => [.. address.Endpoint.RoutePattern.Parameters.Select(p => KindOf(address, p)).OfType<string>().Distinct()];

    private static string? KindOf(Address address, RoutePatternParameterPart parameter) => parameter.Name.ToLowerInvariant() switch
    {
        "org" => "slug",
        "id" when address.Template.StartsWith("/sign-in/with/", StringComparison.Ordinal) => "provider",
        "erasureid" => "receipt",
        "logid" => "importedAuditLog",
        "importid" when address.Template.Contains("/api/imports", StringComparison.Ordinal) => "organizationImport",
        // An upload is finished by whoever began it: here a key.
        "uploadid" when IsData(address) => "keyUpload",
        "tenantid" => "tenant",
        "target" or "name" => "endpointName",
        "documentname" or "number" or "modelid" or "path" or "split" or "ending" => null,
        "token" => "token",
        var name when name.EndsWith("id", StringComparison.Ordinal) => char.ToLowerInvariant(parameter.Name[0]) + parameter.Name[1..^2],
        _ => throw new UnboundException($"{address}, {{{parameter.Name}}}"),
    };

    private async Task<Cell> SendAsync(Address address, Person person, Holdings asked, string? key = null)
    {
        if (person.Cookie is not "" && address.Method is not "GET")
        {
            await GetTokenAsync(person);
        }

        var cell = await AskAsync(address, person, asked, key);
        if (address.IsOfAnOrganization && person.UserId is not "" && !IsShell(address))
        {
            foreach (var fault in Unsaid(cell, person))
            {
                matrix.Fail(address.Name, person, "whatever", fault);
            }
        }

        return cell;
    }

    /// <summary>A refusal leaves one entry, of the one who was refused; what is not there leaves a line for the platform, and nothing in any organization.</summary>
    private static IEnumerable<string> Unsaid(Cell cell, Person person)
    {
        var entries = cell.Changes.Where(c => c.Table is "AuditEntry").ToList();
        if (cell.Outcome.Said is Said.Forbidden && person.Name is not "of-suspended"
            && (entries is not [{ Kind: "now" } only] || !only.Text.Contains("access.denied", StringComparison.Ordinal) || !only.Text.Contains(person.UserId, StringComparison.Ordinal)))
        {
            yield return $"is refused, and the log says {string.Join(", ", entries)}: {cell.Outcome.Plain}";
        }

        if (cell.Outcome.Said is Said.NotFound && (cell.Changes.Count > 0 || !cell.Logged.Any(l => l.Contains($"{person.UserId} was told that /o/", StringComparison.Ordinal))))
        {
            yield return $"is told that it is not there, which leaves {string.Join(", ", cell.Changes)} and {string.Join(", ", cell.Logged)}";
        }
    }

    /// <summary>To whoever shows a key, its own things are no stranger's; both projects of one customer have the same organization.</summary>
    private IEnumerable<Holdings> StrangersTo(Person person, string? key) => key switch
    {
        not null when key == _world.Other["secret"] => [_world.Own, _world.Closed],
        not null when key == _world.Closed["secret"] => [_world.Other, _world.Own with { TenantId = _never.TenantId }],
        _ => matrix.StrangersTo(person),
    };

    private Task<Cell> AskAsync(Address address, Person person, Holdings asked, string? key) => matrix.WatchAsync(StrangersTo(person, key), async () =>
    {
        if (key is not null)
        {
            // A key's use is written down once a minute: here in every cell, so that none differs from another by it.
            _world.Time.Pass(TimeSpan.FromMinutes(1));
        }

        using var request = new HttpRequestMessage(new HttpMethod(address.Method), PathOf(address, asked) + QueryOf(address) + (address.Template.EndsWith("/changes", StringComparison.Ordinal) ? $"?from={asked["version"]}" : ""));
        if (person.Cookie is not "")
        {
            request.Headers.Add("Cookie", address.Method is "GET" ? person.Cookie : $"{person.Cookie}; {_tokens[person].Cookie}");
        }

        if (person.Cookie is not "" && address.Method is not "GET")
        {
            request.Headers.Add(_tokens[person].Header, _tokens[person].Value);
        }

        if (key is not null)
        {
            request.Headers.Add("x-goog-api-key", key);
        }

        // What a proxy might add, or somebody who hopes that it is believed.
        request.Headers.Add("X-Tenant", _world.Other.TenantId);
        request.Headers.Add("X-Forwarded-Host", "boreal.example");
        request.Content = address.Method is "GET" or "DELETE" ? null
            : address.Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains("application/json") is true
                ? new StringContent(IsData(address) && !address.Template.TrimEnd('/').EndsWith("/uploads", StringComparison.Ordinal) ? "{}" : """{"fileName":"examples.csv","length":51}""", Encoding.UTF8, "application/json")
                : !IsGateway(address) && !IsData(address) && !address.IsOfAnOrganization ? new FormUrlEncodedContent([new("returnUrl", "/"), new("email", "somebody@nowhere.example")])
                : address.Template.EndsWith("/feedback", StringComparison.Ordinal) ? new StringContent("""{"thumb":"up"}""", Encoding.UTF8, "application/json")
                : IsGateway(address) ? new StringContent(
                    address.Template.Contains("models", StringComparison.Ordinal) ? """{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}"""
                        : $$"""{"model":"{{asked["endpointName"]}}","messages":[{"role":"user","content":"Hello"}]}""", Encoding.UTF8, "application/json")
                : new ByteArrayContent(Encoding.UTF8.GetBytes("text,label\nWhere is my card?,card\n"));
        if ((address.IsOfAnOrganization || IsData(address)) && request.Content is ByteArrayContent and not StringContent)
        {
            request.Headers.Add("X-File-Name", "examples.csv");
        }

        using var answer = await _http.SendAsync(request);
        if (answer.Headers.CacheControl?.NoStore is not true && !Reasons.Open.ContainsKey(address.Template))
        {
            matrix.Fail(address.Name, person, "whatever", $"may be kept by a cache: {answer.Headers.CacheControl}");
        }

        return await ReadAsync(answer, asked);
    });

    private static string PathOf(Address address, Holdings asked)
    {
        var path = new StringBuilder();
        foreach (var segment in address.Endpoint.RoutePattern.PathSegments)
        {
            path.Append('/');
            foreach (var part in segment.Parts)
            {
                path.Append(part switch
                {
                    RoutePatternLiteralPart literal => literal.Content,
                    RoutePatternSeparatorPart separator => separator.Content,
                    RoutePatternParameterPart parameter => Uri.EscapeDataString(ValueOf(address, parameter, asked)),
                    _ => "",
                });
            }
        }

        return path.ToString();
    }

    private static string ValueOf(Address address, RoutePatternParameterPart parameter, Holdings asked) => KindOf(address, parameter) switch
    {
        "endpointName" when parameter.Name is "target" => asked["endpointName"] + ":generateContent",
        { } kind => asked.Ids.GetValueOrDefault(kind) ?? throw new UnboundException($"{address}, {{{parameter.Name}}}, an id of a {kind}"),
        null => parameter.Name switch { "number" when address.Template.Contains("/rows/", StringComparison.Ordinal) => "2", "number" => "0", "modelId" or "ModelId" => Arguments.ModelId, "split" => "training", "path" when IsPlatforms(address) => "servers", "ending" => "rows.csv", _ => "anything" },
    };

    /// <summary>The organisation once more, as somebody might add it who hopes that the later one counts.</summary>
    private string QueryOf(Address address) => address.IsOfAnOrganization ? $"?org={_world.Other.Slug}&tenantId={_world.Other.TenantId}" : "";

    /// <summary>Once a person, and in no cell.</summary>
    private async Task GetTokenAsync(Person person)
    {
        if (!_tokens.ContainsKey(person))
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, "/antiforgery");
            ask.Headers.Add("Cookie", person.Cookie);
            using var answer = await _http.SendAsync(ask);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            _tokens[person] = (json.RootElement.GetProperty("header").GetString()!, json.RootElement.GetProperty("value").GetString()!, answer.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        }
    }

    private static async Task<Outcome> ReadAsync(HttpResponseMessage answer, Holdings asked)
    {
        var body = FileText.Of(await answer.Content.ReadAsByteArrayAsync());
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Set-Cookie" or "Content-Length" or "Content-Security-Policy"));
        var text = $"{(int)answer.StatusCode} {string.Join(' ', headers.Select(h => $"{h.Key}: {string.Join(',', h.Value)}"))}\n{Traces().Replace(body, "")}";
        // An address names what was asked for, and an answer may say that name again.
        text = text.Replace(asked["endpointName"], "{asked}", StringComparison.Ordinal);
        return new Outcome(answer.StatusCode switch
        {
            HttpStatusCode.NotFound => Said.NotFound,
            HttpStatusCode.Forbidden => Said.Forbidden,
            HttpStatusCode.Unauthorized => Said.TurnedAway,
            HttpStatusCode.Found when answer.Headers.Location?.OriginalString.Contains(PortalUrls.SignIn, StringComparison.Ordinal) is true => Said.TurnedAway,
            >= HttpStatusCode.InternalServerError => Said.Broke,
            >= HttpStatusCode.BadRequest => Said.Refused,
            _ => Said.Answered,
        }, text);
    }

    [GeneratedRegex("\"traceId\":\"[^\"]*\",?|Reference [0-9A-Za-z:-]+")]
    private static partial Regex Traces();
}
