using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>When a period of a subscription begins and ends, counted from its anchor so that the 31st comes back after February.</summary>
internal static class Periods
{
    public const long Hour = 3_600;
    public const long Day = 24 * Hour;

    public static long Next(long anchor, long after, JsonObject recurring)
    {
        var from = DateTimeOffset.FromUnixTimeSeconds(anchor);
        var count = Math.Max(1, (int)recurring.Long("interval_count"));
        for (var n = 1; ; n++)
        {
            var end = (recurring.Text("interval") switch
            {
                "day" => from.AddDays(n * count),
                "week" => from.AddDays(7 * n * count),
                "year" => from.AddYears(n * count),
                _ => from.AddMonths(n * count),
            }).ToUnixTimeSeconds();
            if (end > after)
            {
                return end;
            }
        }
    }

    /// <summary>The period is each item's since API version basil; in this sandbox all items of a subscription share it.</summary>
    public static (long Start, long End) Of(JsonObject subscription)
    {
        var item = subscription.Data("items").First();
        return (item.Long("current_period_start"), item.Long("current_period_end"));
    }

    public static void Set(JsonObject subscription, long start, long end)
    {
        foreach (var item in subscription.Data("items"))
        {
            (item["current_period_start"], item["current_period_end"]) = (start, end);
        }
    }
}
