using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portal.Sandbox.State;

namespace Portal.Sandbox.Identity;

/// <summary>
/// A practice name server: answers TXT queries in the JSON of public resolvers (<c>/resolve?name=…&amp;type=TXT</c>) from records
/// that people publish on its page. It knows invented domains (.example) and no others.
/// </summary>
internal sealed class NameServer
{
    private const int Most = 500;

    private readonly ConcurrentDictionary<string, string> _records;
    private readonly string _path;
    private readonly Lock _writing = new();

    public NameServer(string folder)
    {
        _path = Path.Combine(Directory.CreateDirectory(folder).FullName, "names.json");
        _records = File.Exists(_path) ? JsonSerializer.Deserialize<ConcurrentDictionary<string, string>>(File.ReadAllBytes(_path)) ?? new() : new();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/resolve", (string? name, NameServer names) => names.Resolve(Normal(name)));
        app.MapGet("/sandbox/dns", (NameServer names) => names.Render(""));
        app.MapPost("/sandbox/dns", async (HttpContext http, NameServer names) =>
        {
            var form = await http.Request.ReadFormAsync();
            return names.Publish(Normal(form["name"]), form["value"].ToString().Trim());
        }).DisableAntiforgery();
    }

    private static string Normal(string? name) => (name ?? "").Trim().TrimEnd('.').ToLowerInvariant();

    private IResult Resolve(string name) => Results.Json(_records.TryGetValue(name, out var value)
        ? new Dictionary<string, object> { ["Status"] = 0, ["Answer"] = new[] { new Dictionary<string, object> { ["name"] = name + ".", ["type"] = 16, ["TTL"] = 60, ["data"] = $"\"{value}\"" } } }
        : new Dictionary<string, object> { ["Status"] = 3 });

    private IResult Publish(string name, string value)
    {
        if (!name.EndsWith(".example", StringComparison.Ordinal) || name.Length > 253 || value.Length is 0 or > 255 || value.Contains('"', StringComparison.Ordinal) || _records.Count >= Most)
        {
            return Render("A record needs a name ending in .example and a value of 1 to 255 characters.");
        }

        lock (_writing)
        {
            _records[name] = value;
            DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(_records));
        }

        return Render($"Published at {name}.");
    }

    private IResult Render(string note)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <p>A practice name server for invented domains (.example): what is published here, and nothing else, is found by the portal beside it.</p>
            <p role="status"><strong>{Encode(note)}</strong></p>
            <form method="post" action="/sandbox/dns">
            <p><label>Name of the TXT record<br><input name="name" size="44" required></label></p>
            <p><label>Value<br><input name="value" size="44" required></label></p>
            <button type="submit">Publish</button>
            </form><ul>
            """);
        foreach (var (name, value) in _records.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><code>{Encode(name)}</code> <code>{Encode(value)}</code></li>");
        }

        return SandboxPage.Render("Practice name server", html.Append("</ul>").ToString());
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
