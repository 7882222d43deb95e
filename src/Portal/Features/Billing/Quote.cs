namespace Portal.Features.Billing;

/// <summary>What a costly act will probably cost, and the most it may: the worst is what is held.</summary>
public sealed record Quote(long LikelyMicros, long WorstMicros, string Currency = "USD")
{
    /// <summary>Price of a quantity at a price per million, rounded up: a fraction is never given away, nor lost.</summary>
    public static long Price(long quantity, long pricePerMillion) =>
        (long)Math.Ceiling((decimal)quantity * pricePerMillion / 1_000_000m);
}
