using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>The Data API on a port over a real database, with workers that run as soon as they are woken.</summary>
internal sealed class DataApiRig : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PortalDatabase _database;

    private DataApiRig(WebApplication app, PortalDatabase database)
    {
        (_app, _database) = (app, database);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public string Address => _app.Urls.First();

    public static async Task<DataApiRig> StartAsync(Action<WebApplicationBuilder>? more = null)
    {
        var database = new PortalDatabase();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([
            new("Storage:Folder", database.Folder), new("Database:Provider", database.Options.Provider.ToString()), new("Database:ConnectionString", database.Options.ConnectionString),
            new("Database:OwnerConnectionString", database.Options.OwnerConnectionString), new("Connect:Kind", "Sandbox"), new("Connect:SandboxUrl", "http://127.0.0.1:9/")]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddStorage();
        builder.AddPersistence();
        builder.AddApiReference();
        builder.Services.AddScoped<TenancyService>().AddScoped<StandingRight>().AddScoped<CurrentMember>().AddScoped<IKeyEndpoints, NoEndpoints>();
        builder.Services.AddKeys();
        builder.Services.AddScoped<CatalogueService>().AddScoped<IVendorLimits, CatalogueLimits>();
        builder.Services.AddSingleton<IBackgroundJobClient, PromptWork>().AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.AddBilling();
        builder.AddConnect();
        builder.AddDefine();
        builder.AddData();
        more?.Invoke(builder);
        var app = builder.Build();
        app.MapApiReference();
        app.MapDataApi();
        foreach (var tenant in new[] { "org_a", "org_b" })
        {
            await database.SetMemberAsync(tenant, $"usr_of_{tenant}", MemberRole.Owner);
        }

        await app.StartAsync();
        return new DataApiRig(app, database);
    }

    public Task<IssuedKey> IssueAsync(KeyDraft draft, string tenantId = "org_a") => AsOwnerAsync(tenantId, s => s.GetRequiredService<ApiKeyService>().IssueAsync(draft, CancellationToken.None));

    public async Task<T> AsOwnerAsync<T>(string tenantId, Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var user = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity([new(PortalClaims.UserId, $"usr_of_{tenantId}"), new("name", "Olivia Brandt")]));
        scope.ServiceProvider.GetRequiredService<CurrentMember>().Enter(new Membership(tenantId, tenantId, tenantId, TenantKind.Customer, MemberRole.Owner), user);
        return await act(scope.ServiceProvider);
    }

    public async Task<T> ReadAsync<T>(string tenantId, Func<PortalDbContext, Task<T>> read)
    {
        await using var db = _database.For(tenantId).CreateDbContext();
        return await read(db);
    }

    /// <summary>One call; what is no JSON comes back as null.</summary>
    public async Task<(int Status, JsonNode? Body, HttpResponseMessage Answer)> CallAsync(string key, HttpMethod method, string path, object? body = null, string? mark = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Content = body switch { null => null, HttpContent content => content, string json => new StringContent(json, Encoding.UTF8, "application/json"), _ => throw new ArgumentException("No body", nameof(body)) };
        if (mark is not null)
        {
            request.Headers.Add("Idempotency-Key", mark);
        }

        var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) is true;
        return ((int)answer.StatusCode, isJson ? JsonNode.Parse(text) : null, answer);
    }

    public static HttpContent File(string content, string name = "tickets.csv") => new MultipartFormDataContent { { new StringContent(content, Encoding.UTF8, "text/csv"), "file", name } };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await ((PromptWork)_app.Services.GetRequiredService<IBackgroundJobClient>()).DoneAsync();
        await _app.DisposeAsync();
        _database.Dispose();
    }

    private sealed class NoEndpoints : IKeyEndpoints
    {
        public Task<IReadOnlyList<KeyEndpoint>> EndpointsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<KeyEndpoint>>([]);
    }

    private sealed class PromptWork(IServiceScopeFactory scopes) : IBackgroundJobClient
    {
        private readonly ConcurrentQueue<Task> _under = new();

        public string Create(Job job, IState state)
        {
            _under.Enqueue(Task.Run(async () =>
            {
                await using var scope = scopes.CreateAsyncScope();
                await (Task)job.Method.Invoke(ActivatorUtilities.GetServiceOrCreateInstance(scope.ServiceProvider, job.Type), [.. job.Args])!; // workers answer with a task
            }));
            return "1";
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => true;

        public Task DoneAsync() => Task.WhenAll(_under);
    }
}
