using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Sandbox;
using Stripe;
using BillingService = Portal.Features.Billing.BillingService;
using PlanService = Portal.Features.Billing.PlanService;

namespace Portal.Tests.Features.Billing;

/// <summary>The portal's billing against the sandbox's Stripe: two organisations, each a customer, and nothing in the background.</summary>
internal sealed class StripeRig : IAsyncDisposable
{
    public const string Secret = "whsec_of_the_test";

    private readonly string _folder = Directory.CreateTempSubdirectory("stripe-rig-").FullName;
    private readonly WebApplication _sandbox;
    private readonly ServiceProvider _services;

    private StripeRig(TimeProvider time, bool isPractice)
    {
        _sandbox = SandboxServer.Build(new SandboxOptions { StateFolder = _folder, Url = "http://127.0.0.1:0" });
        Database = new PortalDatabase(time);
        var services = new ServiceCollection();
        services.AddLogging().AddHttpClient();
        services.AddSingleton(time).AddSingleton<IBackgroundJobClient>(Jobs);
        services.AddSingleton<IOptions<BillingOptions>>(_ => Options.Create(new BillingOptions { ApiKey = "sk_test_practice", ApiBase = _sandbox.Urls.First(), WebhookSecrets = [Secret], AutomaticTax = AutomaticTax }));
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<IDbContextFactory<PortalDbContext>>(p => new Scoped(Database, p.GetRequiredService<TenantScope>()));
        services.AddSingleton<StripeGateway>().AddScoped<BillingService>().AddScoped<PlanService>().AddScoped<EntitlementService>().AddScoped<AccountMirror>().AddScoped<StripeInbox>().AddScoped<StripeEventWorker>().AddScoped<UsageReconciler>().AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider()).AddScoped<MailService>().AddScoped<OwnerMail>().AddScoped<SpendWatch>().AddScoped<PlatformLogService>().AddScoped<WatchService>().AddScoped<UsageReportWorker>().AddScoped<Portal.Features.Data.StorageWorker>();
        services.AddScoped<ILimitCount, MemberCount>().AddSingleton<IUsageSubjects>(new Subjects(isPractice));
        _services = services.BuildServiceProvider();
    }

    public PortalDatabase Database { get; }

    /// <summary>Asked for when somebody goes to pay.</summary>
    public bool AutomaticTax { get; set; }

    public Queue Jobs { get; } = new();

    public StripeClient Client { get; private set; } = null!; // set by StartAsync

    public string Address => _sandbox.Urls.First();

    public static async Task<StripeRig> StartAsync(TimeProvider? time = null, bool isPractice = false)
    {
        var rig = new StripeRig(time ?? TimeProvider.System, isPractice);
        await rig._sandbox.StartAsync();
        rig.Client = new StripeClient(new StripeClientOptions { ApiKey = "sk_test_practice", ApiBase = rig.Address });
        foreach (var tenant in new[] { "org_test", "org_other" })
        {
            await rig.Database.SetMemberAsync(tenant, $"usr_{tenant}", MemberRole.Owner);
        }

        return rig;
    }

    /// <summary>In a service scope of its own, for an organisation.</summary>
    public async Task<T> ForAsync<T>(string tenantId, Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = _services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        return await act(scope.ServiceProvider);
    }

    /// <summary>With no organisation entered, as an endpoint is.</summary>
    public async Task<T> OutsideAsync<T>(Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = _services.CreateAsyncScope();
        return await act(scope.ServiceProvider);
    }

    public IServiceScopeFactory Scopes => _services.GetRequiredService<IServiceScopeFactory>();

    public StripeGateway Gateway => _services.GetRequiredService<StripeGateway>();

    /// <summary>Buys a plan the way a person does: the button, Stripe's page with a card, and back.</summary>
    public async Task BuyAsync(string tenantId, string plan, string card = "4242424242424242", string code = "")
    {
        var page = await ForAsync(tenantId, s => s.GetRequiredService<PlanService>().ChooseAsync(plan, "http://portal.example/plan", CancellationToken.None));
        if (page.StartsWith(Address, StringComparison.Ordinal))
        {
            await PayAsync(page, card, code);
        }

        await ForAsync(tenantId, async s =>
        {
            await s.GetRequiredService<PlanService>().RefreshAsync(CancellationToken.None);
            return 0;
        });
    }

    private static async Task PayAsync(string page, string card, string code)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["card"] = card, ["code"] = code, ["country"] = "DE" });
        await http.PostAsync(page, form);
    }

    public async Task<string> CustomerOfAsync(string tenantId)
    {
        await using var db = Database.For(tenantId).CreateDbContext();
        return (await db.BillingAccounts.SingleAsync()).Customer;
    }

    public Task<bool> StoreAsync(string body) => OutsideAsync(s => s.GetRequiredService<StripeInbox>().StoreAsync(Encoding.UTF8.GetBytes(body), CancellationToken.None));

    /// <summary>Everything that was woken, in the order given.</summary>
    public async Task WorkAsync(IEnumerable<Job> jobs)
    {
        foreach (var job in jobs)
        {
            await OutsideAsync(async s =>
            {
                await (Task)job.Method.Invoke(s.GetRequiredService(job.Type), [.. job.Args])!;
                return 0;
            });
        }
    }

    public static string Sign(string body, DateTimeOffset at, string secret = Secret) =>
        $"t={at.ToUnixTimeSeconds()},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at.ToUnixTimeSeconds()}.{body}")))}";

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await _sandbox.StopAsync(patience.Token);
        }

        await _sandbox.DisposeAsync();
        Database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal sealed class Queue : IBackgroundJobClient
    {
        public System.Collections.Concurrent.ConcurrentQueue<Job> Work { get; } = new();

        public string Create(Job job, IState state)
        {
            Work.Enqueue(job);
            return "1";
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => true;

        public IReadOnlyList<Job> Take()
        {
            var all = Work.ToList();
            Work.Clear();
            return all;
        }
    }

    private sealed class Scoped(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);
    }

    private sealed class Subjects(bool isPractice) : IUsageSubjects
    {
        public bool IsPractice => isPractice;

        public Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
    }
}
