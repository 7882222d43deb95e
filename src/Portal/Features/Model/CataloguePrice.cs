using Portal.Features.Billing;

namespace Portal.Features.Model;

/// <summary>What a million of a meter costs from a moment on, in micro-units of USD, until the next price of the same meter begins.</summary>
public sealed record CataloguePrice(Meter Meter, DateTime From, long PerMillion, string Source)
{
    /// <summary>What the vendor takes for the same while this price holds; null where it is not known, which is not a price of zero.</summary>
    public long? VendorPerMillion { get; init; }

    /// <summary>The first price of a meter holds since ever.</summary>
    public static readonly DateTime Ever = DateTime.UnixEpoch;

    /// <summary>The price in force at a moment; null where none was known, which is not a price of zero.</summary>
    public static CataloguePrice? At(IEnumerable<CataloguePrice> prices, Meter meter, DateTime at) =>
        prices.Where(p => p.Meter == meter && p.From <= at).MaxBy(p => p.From);
}
