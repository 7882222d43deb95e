using System.Globalization;
using Portal.Components;

namespace Portal.Features.Deploy;

/// <summary>A shadow run's figures as the page says them; what rests on too few calls says so instead.</summary>
internal static class ShadowWords
{
    public static IReadOnlyList<(string Name, string Value)> Facts(ShadowRun run, ShadowFigures figures) =>
    [
        ("Calls asked", $"{Show.Count(figures.Calls)} of {Show.Count(run.Calls)}, {Show.Count(run.Dropped)} dropped"),
        ("Same answer", Share(figures.Agreed, figures.Compared)),
        ("Same fields", figures.Fields is 0 ? "no answers in JSON" : Share(figures.SameFields, figures.Fields)),
        ("Errors", Share(figures.Errors, figures.Calls)),
        ("95 % within", figures.Latencies.Count < ShadowFigures.Floor ? NotEnough(figures.Latencies.Count)
            : $"{Latency(figures.Latencies)}; callers had {Latency(figures.LiveLatencies)}, n {Show.Count(figures.Latencies.Count)}"),
        ("Cost of 1,000 calls", figures.Calls is 0 ? NotEnough(0) : $"{PerThousand(figures.AmountMicros, figures.Calls)}; callers\u2019 {PerThousand(figures.LiveAmountMicros, figures.Calls)}"),
        ("Spent", Show.Money(figures.AmountMicros)),
    ];

    private static string Share(long hits, long of)
    {
        var share = ShadowFigures.Share(hits, of);
        return of < ShadowFigures.Floor ? NotEnough(of) : Show.Interval(share.Value, share.Low, share.High, of);
    }

    private static string NotEnough(long count) => string.Create(CultureInfo.InvariantCulture, $"Not enough yet: {count} of {ShadowFigures.Floor}");

    private static string Latency(IReadOnlyList<int> sorted) => Show.Milliseconds(TrafficService.Quantile([.. sorted], 0.95) ?? 0);

    private static string PerThousand(long micros, long calls) => Show.Money(micros * 1_000 / calls);
}
