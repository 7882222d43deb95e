using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Shell;
using Portal.Storage;
using Portal.Tests.Features.Deploy;

namespace Portal.Tests.Features.Tenancy;

/// <summary>The portal's sign-in with its real pipeline on a port, two nodes of it on one database where a test asks for the second.</summary>
internal sealed class SignInRig : IAsyncDisposable
{
    private readonly List<WebApplication> _nodes = [];
    private readonly PortalDatabase _database = new();
    private readonly (string Key, string Value)[] _settings;

    private SignInRig(ForgingAuthority authority, (string, string)[] settings) => (Authority, _settings) = (authority, settings);

    public ForgingAuthority Authority { get; }

    public string Address => _nodes[0].Urls.First();

    public IServiceProvider Services => _nodes[0].Services;

    public static async Task<SignInRig> StartAsync(params (string Key, string Value)[] settings)
    {
        var rig = new SignInRig(await ForgingAuthority.StartAsync(), settings);
        await rig.AddNodeAsync();
        return rig;
    }

    /// <returns>The new node's address.</returns>
    public async Task<string> AddNodeAsync()
    {
        var builder = WebApplication.CreateBuilder(NoWatching());
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([
            new("Storage:Folder", _database.Folder), new("SignIn:Authority", Authority.Issuer), new("SignIn:ClientId", ForgingAuthority.ClientId),
            new("SignIn:ClientSecret", ForgingAuthority.ClientSecret), .. _settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddStorage();
        builder.AddPersistence();
        builder.AddPublicEdge();
        builder.AddShell();
        builder.AddTenancy();
        builder.AddBilling();
        builder.Services.AddSingleton<IBackgroundJobClient, RecordedWork>();
        builder.Services.AddScoped<IDbContextFactory<PortalDbContext>>(s => new Factory(_database, s.GetRequiredService<TenantScope>()));
        builder.Services.AddScoped<PortalDbContext>(s => s.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContext());
        var app = builder.Build();
        app.UsePublicEdge();
        app.UseSecurityHeaders();
        app.UseExceptionPage();
        app.UseWebSockets();
        app.UseOriginGuard();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapTenancy();
        app.MapAntiforgeryToken();
        app.MapGet("/whoami", (HttpContext http) => Results.Json(new Whoami(
            http.User.PortalUserId(), http.User.FindFirstValue("name"), http.User.FindFirstValue("email"), http.User.HasClaim(PortalClaims.PlatformAdmin, "true"), http.User.SessionId())));
        app.MapGet("/{**rest}", () => Results.Text("page"));
        await app.StartAsync();
        _nodes.Add(app);
        return app.Urls.First();
    }

    /// <summary>Dozens of hosts that each watched their settings' files would use up the machine's watches.</summary>
    public static WebApplicationOptions NoWatching() =>
        new() { EnvironmentName = "Testing", ApplicationName = "Portal", Args = ["--hostBuilder:reloadConfigOnChange=false"] };

    public TestBrowser Open() => new(Address);

    public async Task<T> InDatabaseAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = _database.CreateDbContext();
        return await read(db);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Authority.DisposeAsync();
        _database.Dispose();
    }

    private sealed class Factory(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);
    }
}

internal sealed record Whoami(string? UserId, string? Name, string? Email, bool IsAdmin, string? SessionId);

/// <summary>A browser as far as signing in goes: keeps cookies, follows redirects by hand so that a test sees each.</summary>
internal sealed class TestBrowser : IDisposable
{
    private readonly HttpClient _http;

    public TestBrowser(string address)
    {
        Address = address;
        Cookies = new CookieContainer();
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = new Uri(address) };
    }

    public CookieContainer Cookies { get; }

    public string Address { get; }

    public async Task<HttpResponseMessage> GetAsync(string address) => await _http.GetAsync(new Uri(_http.BaseAddress!, address));

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => await _http.SendAsync(request);

    /// <summary>From the sign-in button to where the redirects end: the last address, and the worst status on the way.</summary>
    public async Task<(string Address, int Worst)> SignInAsync(string start = "/sign-in/start", Action<HttpResponseMessage>? see = null)
    {
        var worst = 0;
        for (var hop = 0; hop < 8; hop++)
        {
            using var answer = await GetAsync(start);
            see?.Invoke(answer);
            worst = Math.Max(worst, (int)answer.StatusCode);
            if (answer.Headers.Location is not { } next)
            {
                break;
            }

            start = new Uri(new Uri(_http.BaseAddress!, start), next).ToString();
        }

        return (start, worst);
    }

    public async Task<Whoami> WhoamiAsync(string? node = null)
    {
        using var answer = await GetAsync((node ?? Address) + "/whoami");
        return await answer.Content.ReadFromJsonAsync<Whoami>() ?? throw new InvalidOperationException("No answer.");
    }

    public Task<HttpResponseMessage> SignOutAsync() => PostAsync("/sign-out");

    /// <summary>As a form of the portal's own pages does.</summary>
    public async Task<HttpResponseMessage> PostAsync(string address, params IEnumerable<(string Name, string Value)> fields)
    {
        var token = System.Text.Json.JsonDocument.Parse(await _http.GetStringAsync(new Uri(_http.BaseAddress!, "/antiforgery"))).RootElement;
        using var form = new FormUrlEncodedContent(
            [new(token.GetProperty("field").GetString()!, token.GetProperty("value").GetString()), .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]); // both are always there
        return await _http.PostAsync(new Uri(_http.BaseAddress!, address), form);
    }

    /// <summary>From a form of the sign-in page to where the redirects end.</summary>
    public async Task<(string Address, int Worst)> SubmitAsync(string address, params IEnumerable<(string Name, string Value)> fields)
    {
        using var answer = await PostAsync(address, fields);
        return answer.Headers.Location is { } next ? await SignInAsync(new Uri(_http.BaseAddress!, next).ToString()) : (address, (int)answer.StatusCode);
    }

    public void Dispose() => _http.Dispose();
}
