using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Leave;

public enum VendorOutcome
{
    Removed,

    /// <summary>It was not there any more.</summary>
    Gone,

    /// <summary>The vendor did not let it be removed; the detail says why.</summary>
    Failed,

    /// <summary>There is no way to remove it.</summary>
    Kept,
}

/// <summary>One object at the vendor and what became of it.</summary>
public sealed record VendorTrace(string Kind, string Name, VendorOutcome Outcome, string Detail = "");

/// <summary>What the platform's books keep: sums without names.</summary>
public sealed record UsageSum(string Month, string Meter, string Currency, long Quantity, long AmountMicros)
{
    /// <summary>Of what was charged here.</summary>
    public static Task<List<UsageSum>> OfChargedAsync(PortalDbContext db, CancellationToken ct) =>
        SumAsync(db.UsageEvents.Select(u => new Line { Year = u.At.Year, Month = u.At.Month, Meter = u.Meter, Currency = u.Currency, Quantity = u.Quantity, Amount = u.AmountMicros }), ct);

    /// <summary>Of what an archive brought.</summary>
    public static Task<List<UsageSum>> OfImportedAsync(PortalDbContext db, CancellationToken ct) =>
        SumAsync(db.ImportedUsages.Select(u => new Line { Year = u.At.Year, Month = u.At.Month, Meter = u.Meter, Currency = u.Currency, Quantity = u.Quantity, Amount = u.AmountMicros }), ct);

    /// <summary>Of both.</summary>
    public static async Task<List<UsageSum>> OfAllAsync(PortalDbContext db, CancellationToken ct)
    {
        var imported = await OfImportedAsync(db, ct);
        return [.. (await OfChargedAsync(db, ct)).Concat(imported).GroupBy(s => (s.Month, s.Meter, s.Currency)).OrderBy(g => g.Key)
            .Select(g => new UsageSum(g.Key.Month, g.Key.Meter, g.Key.Currency, g.Sum(s => s.Quantity), g.Sum(s => s.AmountMicros)))];
    }

    private static async Task<List<UsageSum>> SumAsync(IQueryable<Line> lines, CancellationToken ct)
    {
        var sums = await lines.GroupBy(u => new { u.Year, u.Month, u.Meter, u.Currency })
            .Select(g => new { g.Key, Quantity = g.Sum(u => u.Quantity), Amount = g.Sum(u => u.Amount) }).ToListAsync(ct);
        return [.. sums.OrderBy(s => s.Key.Year).ThenBy(s => s.Key.Month).ThenBy(s => s.Key.Meter)
            .Select(s => new UsageSum($"{s.Key.Year:D4}-{s.Key.Month:D2}", s.Key.Meter.ToString(), s.Key.Currency, s.Quantity, s.Amount))];
    }

    // Set by name: a query can look through that, and not through a constructor.
    private sealed class Line
    {
        public int Year { get; init; }

        public int Month { get; init; }

        public Meter Meter { get; init; }

        public string Currency { get; init; } = "";

        public long Quantity { get; init; }

        public long Amount { get; init; }
    }
}

/// <summary>What an erasure has removed so far. Kept with the erasure's own row, so that a killed one goes on counting.</summary>
public sealed record ErasureLedger
{
    /// <summary>Stands for all of the vendor's objects while the vendor cannot be reached.</summary>
    public const string Connection = "connection";

    public SortedDictionary<string, long> Rows { get; init; } = new(StringComparer.Ordinal);

    public int Files { get; set; }

    public long FileBytes { get; set; }

    public int Mails { get; set; }

    public int Work { get; set; }

    public List<VendorTrace> Vendor { get; init; } = [];

    public List<UsageSum> Usage { get; init; } = [];

    public static ErasureLedger Parse(string stored) => stored is "" ? new ErasureLedger() : JsonSerializer.Deserialize<ErasureLedger>(stored, ArchiveManifest.Json) ?? new ErasureLedger();

    public string ToStored() => JsonSerializer.Serialize(this, ArchiveManifest.Json);

    public void Add(string table, long rows) => Rows[table] = Rows.GetValueOrDefault(table) + rows;

    /// <summary>The newest word on an object counts: what failed once may be removed later.</summary>
    public void Add(VendorTrace trace)
    {
        if (trace is { Kind: Connection, Outcome: VendorOutcome.Removed })
        {
            Vendor.RemoveAll(t => t.Kind is Connection);
            return;
        }

        var known = Vendor.FindIndex(t => t.Kind == trace.Kind && t.Name == trace.Name);
        if (known < 0)
        {
            Vendor.Add(trace);
        }
        else if (Vendor[known].Outcome is VendorOutcome.Failed || trace.Outcome is not VendorOutcome.Gone)
        {
            Vendor[known] = trace;
        }
    }
}
