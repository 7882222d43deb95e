using Portal.Features.Billing;

namespace Portal.Features.Tune;

/// <summary>What a tuning will probably cost, and the most that is held for it.</summary>
public sealed record TuningQuote(TokenForecast Forecast, int LikelyEpochs, int WorstEpochs, long PricePerMillion)
{
    public long LikelyTokens => Forecast.LikelyTokens * LikelyEpochs;

    public long WorstTokens => Forecast.WorstTokens * WorstEpochs;

    public Quote Price => new(Quote.Price(LikelyTokens, PricePerMillion), Quote.Price(WorstTokens, PricePerMillion));

    public static TuningQuote For(TokenForecast forecast, int? epochs, int trainRows, int mostEpochs, long pricePerMillion) => epochs is { } fixedEpochs
        ? new TuningQuote(forecast, fixedEpochs, fixedEpochs, pricePerMillion)
        : new TuningQuote(forecast, AutomaticEpochs(trainRows, mostEpochs), mostEpochs, pricePerMillion);

    /// <summary>
    /// Google chooses from the size of the data and does not say how. Few rows get many passes: a public job of 166 rows ran for 40.
    /// The guess is about 12,000 row visits between 3 and 40 passes; the worst is the model's limit.
    /// </summary>
    public static int AutomaticEpochs(int trainRows, int mostEpochs) =>
        Math.Min(Math.Clamp((12_000 + Math.Max(1, trainRows) - 1) / Math.Max(1, trainRows), 3, 40), mostEpochs);
}
