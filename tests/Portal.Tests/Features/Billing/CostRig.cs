using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Deploy;

namespace Portal.Tests.Features.Billing;

/// <summary>A ledger at a moment of its own.</summary>
internal sealed class CostRig : IDisposable
{
    private readonly PortalDatabase _database;

    public CostRig(string now)
    {
        Time = new FakeTimeProvider(At(now));
        _database = new PortalDatabase(Time);
        Current = new CurrentMember(_database.Scope);
        Billing = new BillingService(_database, Current, Time);
        Costs = new CostService(_database, Current, Subjects);
    }

    public FakeTimeProvider Time { get; }

    public RecordedWork Work { get; } = new();

    public CurrentMember Current { get; }

    public NamedSubjects Subjects { get; } = new();

    public BillingService Billing { get; }

    public CostService Costs { get; }

    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    public CostService CostsOf(string tenantId) => new(_database.For(tenantId), Current, Subjects);

    public async Task RecordAsync(params UsageFact[] facts)
    {
        await using var db = _database.CreateDbContext();
        foreach (var fact in facts)
        {
            Billing.Record(db, fact);
        }

        await db.SaveChangesAsync();
    }

    /// <summary>The file of a month, line by line.</summary>
    public async Task<string[]> CsvAsync(string? month)
    {
        using var file = new MemoryStream();
        await CostsApi.WriteAsync(await Costs.ReadPartsAsync(month, CancellationToken.None), file, CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(file.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Adds up the days that are over, as the sweep would have it done.</summary>
    public Task AddUpAsync() => new UsageDayWorker(_database.Scope, _database, Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<UsageDayWorker>.Instance).RunAsync("org_test", CancellationToken.None);

    public async Task<T> ReadAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = _database.CreateDbContext();
        return await read(db);
    }

    /// <summary>The same for somebody else.</summary>
    public async Task<T> ReadAsOtherAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = _database.For("org_other").CreateDbContext();
        return await read(db);
    }

    /// <summary>The organisation itself, where the ledger alone does not do.</summary>
    public Task FoundAsync() => _database.SetMemberAsync("org_test", "usr_1", MemberRole.Owner);

    /// <summary>Whose days the sweep would have added up.</summary>
    public async Task<List<string>> DueAsync(string now)
    {
        await using var db = _database.For(null).CreateDbContext();
        return await UsageDayWorker.Due(db, At(now).UtcDateTime).ToListAsync();
    }

    /// <summary>How many it wakes at a moment.</summary>
    public async Task<int> SweepAsync(UsageDaySweep sweep, string now)
    {
        await using var db = _database.For(null).CreateDbContext();
        return await sweep.EnqueueLostAsync(db, At(now).UtcDateTime, CancellationToken.None);
    }

    public void Dispose() => _database.Dispose();
}

internal sealed class NamedSubjects : IUsageSubjects
{
    public bool IsPractice { get; set; } = true;

    public Dictionary<string, string> Names { get; } = [];

    public Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyDictionary<string, string>>(Names);
}
