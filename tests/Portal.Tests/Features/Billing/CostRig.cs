using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Tenancy;

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

    public void Dispose() => _database.Dispose();
}

internal sealed class NamedSubjects : IUsageSubjects
{
    public bool IsPractice { get; set; } = true;

    public Dictionary<string, string> Names { get; } = [];

    public Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyDictionary<string, string>>(Names);
}
