using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Define;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Tests.Features.Deploy;
using Portal.Tests.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class WebhookTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly PortalDatabase _database;
    private readonly RecordedWork _work = new();
    private readonly OutsideHttp _outside = new();
    private readonly WebhookSecrets _secrets = new(new EphemeralDataProtectionProvider());
    private readonly ConcurrentQueue<(Dictionary<string, string> Headers, string Body)> _received = new();
    private readonly WebApplication _receiver;
    private int _answer = 204;
    private string _projectId = "";

    public WebhookTests()
    {
        _database = new PortalDatabase(_time);
        var builder = WebApplication.CreateBuilder(SignInRig.NoWatching());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.MapPost("/alerts", async Task<IResult> (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            _received.Enqueue((http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), await reader.ReadToEndAsync()));
            return _answer is 302 ? Results.Redirect("/elsewhere") : Results.StatusCode(_answer);
        });
        _receiver.MapFallback(() => { _received.Enqueue(([], "followed")); });
    }

    private string Address => _receiver.Urls.First() + "/alerts";

    public async ValueTask InitializeAsync()
    {
        await _receiver.StartAsync();
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1" };
        project.Rename("Topics");
        db.Projects.Add(project);
        db.Add(new TaskDefinition { ProjectId = project.Id });
        await db.SaveChangesAsync();
        _projectId = project.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _outside.Dispose();
        _database.Dispose();
    }

    /// <summary>The vector that the standard itself gives.</summary>
    [Fact]
    public void Sign_OfTheStandardsVector_IsItsSignature() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}"""));

    [Fact]
    public async Task Message_ThatIsTaken_IsSignedByEverySecretOfTheMoment_AndSentOnce()
    {
        var first = await Service().AddAsync(_projectId, "On call", Address, CancellationToken.None);
        var webhookId = await WebhookIdAsync();
        await TestAsync(webhookId);
        Assert.Equal(1, Verified(first.Secret));

        var second = await Service().RotateAsync(_projectId, webhookId, 24, CancellationToken.None);
        await TestAsync(webhookId);
        Assert.Equal((1, 1), (Verified(first.Secret), Verified(second.Secret)));
        Assert.Equal(2, _received.Last().Headers["webhook-signature"].Split(' ').Length);
        _time.Advance(TimeSpan.FromHours(24));
        await TestAsync(webhookId);
        Assert.Equal((0, 1), (Verified(first.Secret), Verified(second.Secret)));

        await using var db = _database.CreateDbContext();
        var deliveries = await db.WebhookDeliveries.AsNoTracking().ToListAsync();
        Assert.All(deliveries, d => Assert.Equal((DeliveryState.Delivered, 1, (int?)204), (d.State, d.Attempts, d.Status)));
        await RunAsync(deliveries[0].Id);
        Assert.Equal(3, _received.Count);
        Assert.DoesNotContain(first.Secret, (await db.AlertWebhooks.AsNoTracking().SingleAsync()).ProtectedSecret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_ThatIsRefused_IsTriedEverLaterForADay_ThenGivenUp_AndNoRedirectIsFollowed()
    {
        await Service().AddAsync(_projectId, "On call", Address, CancellationToken.None);
        _answer = 500;
        var id = await TestAsync(await WebhookIdAsync());
        var pauses = new List<double>();
        while (await DeliveryAsync(id) is { State: DeliveryState.Waiting } waiting)
        {
            pauses.Add((waiting.NextAttemptAt - _time.GetUtcNow().UtcDateTime).TotalSeconds);
            await RunAsync(id);
            Assert.Equal(waiting.Attempts, (await DeliveryAsync(id)).Attempts);
            _time.Advance(waiting.NextAttemptAt - _time.GetUtcNow().UtcDateTime);
            await using var all = _database.For(null).CreateDbContext();
            Assert.Equal(1, await new WebhookSweep(_work).EnqueueLostAsync(all, all.Now.AddSeconds(1), CancellationToken.None));
            await RunAsync(id);
        }

        Assert.Equal([15, 60, 240, 960, 3_840, 7_200], pauses.Take(6));
        Assert.InRange(pauses.Sum(), TimeSpan.FromHours(22).TotalSeconds, TimeSpan.FromHours(24).TotalSeconds);
        Assert.Equal((DeliveryState.GivenUp, "The receiver answered 500."), ((await DeliveryAsync(id)).State, (await DeliveryAsync(id)).Problem));
        Assert.Single(_received.Select(r => r.Headers["webhook-id"]).Distinct());

        _received.Clear();
        _answer = 302;
        Assert.Contains("redirects are not followed", (await DeliveryAsync(await TestAsync(await WebhookIdAsync()))).Problem, StringComparison.Ordinal);
        Assert.Single(_received);
    }

    [Fact]
    public async Task Addresses_ThatLeadInside_AreRefusedWhenTheyAreNamed_AndWhenTheyAreCalled()
    {
        var closed = Service(allowLoopback: false);
        foreach (var (address, why) in new[]
        {
            ("http://receiver.example/", "https://"), ("https://localhost/", "private network"), ("https://127.0.0.1/", "private network"), ("https://10.0.0.1/", "private network"),
            ("https://169.254.169.254/latest", "private network"), ("https://[::1]/", "private network"), ("https://[::ffff:10.0.0.1]/", "private network"), ("https://2130706433/", "private network"), ("https://metadata.internal/", "private network"),
            ("https://receiver.example:22/", "22"), ("https://me@receiver.example/", "user name"), ("not an address", "https address"), ("", "https address"),
        })
        {
            Assert.Contains(why, (await Assert.ThrowsAsync<PortalException>(() => closed.AddAsync(_projectId, "On call", address, CancellationToken.None))).Message, StringComparison.Ordinal);
        }

        // Named while it led outside; now it leads here.
        await Service().AddAsync(_projectId, "On call", Address, CancellationToken.None);
        var id = await TestAsync(await WebhookIdAsync(), allowLoopback: false);
        Assert.Contains("private network", (await DeliveryAsync(id)).Problem, StringComparison.Ordinal);
        Assert.Empty(_received);
    }

    [Fact]
    public async Task Webhook_ThatIsRemoved_TakesItsMessagesAlong_AndTestsAreFew()
    {
        await Service().AddAsync(_projectId, "On call", Address, CancellationToken.None);
        var webhookId = await WebhookIdAsync();
        await TestAsync(webhookId);
        for (var i = 0; i < 4; i++)
        {
            await Service().TestAsync(_projectId, webhookId, CancellationToken.None);
        }

        await Assert.ThrowsAsync<PortalException>(() => Service().TestAsync(_projectId, webhookId, CancellationToken.None));
        await Service().RemoveAsync(_projectId, webhookId, CancellationToken.None);

        await using var db = _database.CreateDbContext();
        Assert.Equal((0, 0), (await db.AlertWebhooks.CountAsync(), await db.WebhookDeliveries.CountAsync()));
        Assert.Equal(["webhook.added", "webhook.removed", "webhook.tested"], await db.Set<AuditEntry>().Select(e => e.Action).Distinct().OrderBy(a => a).ToListAsync());
    }

    /// <summary>As a receiver does it: written out here, and not by the code that signs.</summary>
    private int Verified(string secret)
    {
        var (headers, body) = _received.Last();
        var signed = $"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}";
        Assert.InRange(long.Parse(headers["webhook-timestamp"], CultureInfo.InvariantCulture), _time.GetUtcNow().ToUnixTimeSeconds() - 1, _time.GetUtcNow().ToUnixTimeSeconds() + 1);
        using var hmac = new HMACSHA256(Convert.FromBase64String(secret.Split('_')[1]));
        var right = "v1," + Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(signed)));
        return headers["webhook-signature"].Split(' ').Count(s => s == right);
    }

    private async Task<string> TestAsync(string webhookId, bool allowLoopback = true)
    {
        await Service().TestAsync(_projectId, webhookId, CancellationToken.None);
        var id = (string)_work.Enqueued[^1].Args[1];
        await RunAsync(id, allowLoopback);
        return id;
    }

    private Task RunAsync(string deliveryId, bool allowLoopback = true) => new WebhookWorker(
        _database.Scope, _database, _secrets, new WebhookGateway(_outside, Options.Create(new MonitorOptions { AllowLoopbackWebhooks = allowLoopback })), _time, NullLogger<WebhookWorker>.Instance)
        .RunAsync(_database.Scope.TenantId, deliveryId, CancellationToken.None);

    private WebhookService Service(bool allowLoopback = true)
    {
        var current = new CurrentMember(_database.Scope);
        var notice = new AlertNotice(new MailService(new EphemeralDataProtectionProvider(), _work, _time), _work);
        return new WebhookService(_database, new ProjectService(_database, current, [], _time), _secrets, notice, current, _database.Scope, Options.Create(new MonitorOptions { AllowLoopbackWebhooks = allowLoopback }), _time);
    }

    private async Task<string> WebhookIdAsync()
    {
        await using var db = _database.CreateDbContext();
        return await db.AlertWebhooks.Select(w => w.Id).SingleAsync();
    }

    private async Task<WebhookDelivery> DeliveryAsync(string id)
    {
        await using var db = _database.CreateDbContext();
        return await db.WebhookDeliveries.AsNoTracking().SingleAsync(d => d.Id == id);
    }
}
