using System.Globalization;

namespace Portal.Components;

/// <summary>A range that begins and ends on round numbers, with a tick on each of them.</summary>
public sealed record ChartScale(double Low, double High, IReadOnlyList<double> Ticks)
{
    /// <summary>Steps of 1, 2 or 5 times a power of ten; about as many ticks as are wanted, never more than twice that.</summary>
    public static ChartScale Nice(double low, double high, int wanted, bool whole = false)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            (low, high) = (0, 1);
        }

        // Closer together than a tenth of a millionth is one value, as far as anybody can read.
        if (high - low <= Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-7)
        {
            var room = low is 0 ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - room, low + room);
        }

        var step = StepOf((high - low) / Math.Max(1, wanted - 1));
        step = whole ? Math.Max(1, step) : step;
        var (first, last) = (Math.Floor(low / step), Math.Ceiling(high / step));
        var ticks = Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 15)).ToList();
        return new ChartScale(ticks[0], ticks[^1], ticks);
    }

    /// <summary>0 at the low end, 1 at the high.</summary>
    public double Share(double value) => (value - Low) / (High - Low);

    /// <summary>With as many decimals as the ticks need, and no more.</summary>
    public string Word(double tick)
    {
        var step = Ticks.Count > 1 ? Ticks[1] - Ticks[0] : 1;
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 14);
        return tick.ToString("N" + decimals, CultureInfo.GetCultureInfo("en-US"));
    }

    private static double StepOf(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return (raw / power) switch
        {
            <= 1.0000001 => power,
            <= 2.0000001 => 2 * power,
            <= 5.0000001 => 5 * power,
            _ => 10 * power,
        };
    }
}
