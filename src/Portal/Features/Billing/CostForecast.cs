namespace Portal.Features.Billing;

/// <summary>Where a month's costs are on their way to: eight months of ten that go on like this one end between the two.</summary>
/// <param name="Days">How many days it is reckoned from.</param>
/// <param name="Path">Of each day that is left, today first: the month's costs at its end.</param>
public sealed record CostForecast(long LowMicros, long LikelyMicros, long HighMicros, int Days, IReadOnlyList<CostAhead> Path)
{
    /// <summary>Fewer days say nothing of the days to come.</summary>
    public const int FewestDays = 7;

    /// <summary>From so many days on, weekends are reckoned from weekends.</summary>
    public const int DaysForWeekends = 14;

    private const int Drawn = 2_000;

    /// <summary>
    /// Draws the days that are left from the days that were. Each month drawn begins with a draw of the past itself, so that a short past
    /// widens the band: few days say little of what a day costs.
    /// </summary>
    /// <param name="past">Costs of whole days up to yesterday, from the first that cost anything.</param>
    /// <param name="now">In UTC.</param>
    /// <param name="monthSoFar">With today's.</param>
    /// <returns>Null while there are too few days.</returns>
    public static CostForecast? Of(IReadOnlyList<(DateOnly Day, long Micros)> past, DateTime now, long monthSoFar)
    {
        if (past.Count < FewestDays)
        {
            return null;
        }

        var today = DateOnly.FromDateTime(now);
        var left = DateTime.DaysInMonth(today.Year, today.Month) - today.Day + 1;
        // The same past gives the same forecast: it does not flicker between two looks.
        var random = new Random(past.Count);
        var pools = new[] { past.Where(p => !IsWeekend(p.Day)).Select(p => p.Micros).ToArray(), past.Where(p => IsWeekend(p.Day)).Select(p => p.Micros).ToArray() };
        if (past.Count < DaysForWeekends)
        {
            pools = [[.. past.Select(p => p.Micros)], [.. past.Select(p => p.Micros)]];
        }

        var ends = new long[left][];
        for (var day = 0; day < left; day++)
        {
            ends[day] = new long[Drawn];
        }

        for (var i = 0; i < Drawn; i++)
        {
            var drawn = Array.ConvertAll(pools, pool => random.GetItems(pool, pool.Length));
            var sum = (double)monthSoFar;
            for (var day = 0; day < left; day++)
            {
                var pool = drawn[IsWeekend(today.AddDays(day)) ? 1 : 0];
                sum += pool[random.Next(pool.Length)] * (day is 0 ? 1 - (now.TimeOfDay / TimeSpan.FromDays(1)) : 1);
                ends[day][i] = (long)sum;
            }
        }

        Array.ForEach(ends, Array.Sort);
        List<CostAhead> path = [.. ends.Select((e, day) => new CostAhead(today.AddDays(day), e[Drawn / 10], e[Drawn / 2], e[Drawn * 9 / 10]))];
        return new CostForecast(path[^1].LowMicros, path[^1].LikelyMicros, path[^1].HighMicros, past.Count, path);
    }

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}

public sealed record CostAhead(DateOnly Day, long LowMicros, long LikelyMicros, long HighMicros);
