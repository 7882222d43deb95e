using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Benchmarks;

/// <summary>
/// The costs of an organisation that used something a million times within thirty days, by 200 projects, 50 keys and 30 people, beside 50
/// others of 20,000 each: what the pages ask, the file, and what is summed with every report. On SQLite, or on the PostgreSQL server whose
/// connection string is PORTAL_BENCH_POSTGRES.
/// </summary>
internal sealed class CostBenchmark : PortalBenchmark
{
    private const int Events = 1_000_000;
    private const int Others = 50;
    private const int EventsOfOthers = 20_000;
    private const int Batch = 20_000;
    private const int Days = 30;

    private readonly Dictionary<string, List<(double Milliseconds, double Megabytes)>> _times = [];
    private readonly DateTime _now = TimeProvider.System.GetUtcNow().UtcDateTime;

    public override string Name => "costs";

    public override string Unit => "questions";

    public override string Against => "counting the million by their index";

    protected override string? Server => Environment.GetEnvironmentVariable("PORTAL_BENCH_POSTGRES");

    public override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        await FillAsync("org_bench", Events);
        for (var other = 0; other < Others; other++)
        {
            await FillAsync($"org_other{other}", EventsOfOthers);
        }

        await AskAsync("page, by event", s => s.GetRequiredService<CostService>().ReadAsync(null, CostBy.Project, CancellationToken.None));
        await AskAsync("sum, by event", s => s.GetRequiredService<BillingService>().ChargedThisMonthAsync(CancellationToken.None));
        await AskAsync("adding up", async s =>
        {
            await s.GetRequiredService<UsageDayWorker>().RunAsync("org_bench", CancellationToken.None);
            return 0;
        });
    }

    public override async Task<long> WorkAsync()
    {
        var bys = Enum.GetValues<CostBy>();
        foreach (var by in bys)
        {
            await AskAsync($"page by {by}", s => s.GetRequiredService<CostService>().ReadAsync(null, by, CancellationToken.None));
        }

        await AskAsync("sum of the month", s => s.GetRequiredService<BillingService>().ChargedThisMonthAsync(CancellationToken.None));
        await AskAsync("file", async s =>
        {
            await CostsApi.WriteAsync(await s.GetRequiredService<CostService>().ReadPartsAsync(null, CancellationToken.None), Stream.Null, CancellationToken.None);
            return 0;
        });
        await AskAsync("50 clients' sums", async s =>
        {
            for (var other = 0; other < Others; other++)
            {
                await using var client = PlatformScope();
                client.ServiceProvider.GetRequiredService<TenantScope>().Enter($"org_other{other}");
                await client.ServiceProvider.GetRequiredService<BillingService>().ChargedThisMonthAsync(CancellationToken.None);
            }

            return 0;
        });
        return bys.Length + 3;
    }

    public override async Task<long> PlainAsync()
    {
        await using var services = Scope();
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var from = _now.AddDays(-Days);
        return await db.UsageEvents.CountAsync(u => u.At >= from) is Events ? 1 : throw new InvalidOperationException("Events are missing.");
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var (name, times) in _times)
        {
            var sorted = times.OrderBy(t => t.Milliseconds).ToList();
            Console.WriteLine($"  {name,-18} {sorted[sorted.Count / 2].Milliseconds,8:0.0} ms (least {sorted[0].Milliseconds:0.0}, most {sorted[^1].Milliseconds:0.0}), {sorted[sorted.Count / 2].Megabytes,7:0.0} MB allocated");
        }

        await base.DisposeAsync();
    }

    protected override void Add(WebApplicationBuilder builder) => builder.Services.AddSingleton<IUsageSubjects>(new NamedSubjects());

    private async Task AskAsync<T>(string name, Func<IServiceProvider, Task<T>> ask)
    {
        await using var services = Scope();
        var (allocated, began) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        await ask(services.ServiceProvider);
        (_times.TryGetValue(name, out var times) ? times : _times[name] = []).Add((Stopwatch.GetElapsedTime(began).TotalMilliseconds, (GC.GetTotalAllocatedBytes() - allocated) / 1e6));
    }

    private async Task FillAsync(string tenantId, int events)
    {
        var random = new Random(events);
        var step = TimeSpan.FromDays(Days) / events;
        for (var from = 0; from < events; from += Batch)
        {
            await using var services = PlatformScope();
            services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
            await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.InsertNewAsync([.. Enumerable.Range(from, Batch).Select(i => EventOf(i, _now - (step * (events - i)), random))], CancellationToken.None);
            await transaction.CommitAsync();
        }
    }

    /// <summary>A key calls the endpoints of four projects, and a person works in ten.</summary>
    private static UsageEvent EventOf(int number, DateTime at, Random random)
    {
        var isCall = random.Next(10) < 8;
        var (key, person) = (random.Next(50), random.Next(30));
        var project = isCall ? (key * 4) + random.Next(4) : ((person * 7) + random.Next(10)) % 200;
        var (meter, quantity) = (number % 2 is 0 ? Meter.InputTokens : Meter.OutputTokens, random.Next(1, 5_000));
        var price = meter is Meter.InputTokens ? 300_000 : 2_500_000;
        return new UsageEvent
        {
            ProjectId = $"prj_{project:D26}", Meter = isCall ? meter : (Meter)random.Next(4), Source = isCall ? UsageSource.Endpoint : (UsageSource)random.Next(8), Quantity = quantity, PricePerMillion = price,
            AmountMicros = Quote.Price(quantity, price), SubjectId = $"dep_{project:D26}", KeyId = isCall ? $"key_{key:D26}" : null, ByUserId = isCall ? "" : $"usr_{person:D26}",
            IdempotencyKey = $"call_{number:D26}.{meter}", At = at,
        };
    }

    private sealed class NamedSubjects : IUsageSubjects
    {
        private readonly Dictionary<string, string> _names = Enumerable.Range(0, 200).ToDictionary(p => $"prj_{p:D26}", p => $"Project {p}");

        public bool IsPractice => false;

        public Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyDictionary<string, string>>(_names);
    }
}
