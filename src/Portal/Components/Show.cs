using System.Globalization;

namespace Portal.Components;

/// <summary>Numbers, money and times as the screens write them.</summary>
public static class Show
{
    private static readonly CultureInfo s_culture = CultureInfo.GetCultureInfo("en-US");

    public static string Count(long value) => value.ToString("N0", s_culture);

    /// <summary>0.872 → 87.2 %</summary>
    public static string Percent(double share) => (share * 100).ToString("0.0", s_culture) + " %";

    /// <summary>87.2 % [85.0, 89.1], n 1,000</summary>
    public static string Interval(double share, double low, double high, long n) =>
        $"{Percent(share)} [{(low * 100).ToString("0.0", s_culture)}, {(high * 100).ToString("0.0", s_culture)}], n {Count(n)}";

    /// <summary>Micro-units with at least two significant digits: $4.10, $0.0031.</summary>
    public static string Money(long micros, string currency = "USD")
    {
        var amount = micros / 1_000_000m;
        var sign = currency is "USD" ? "$" : currency + " ";
        if (amount is 0 || Math.Abs(amount) >= 0.1m)
        {
            return sign + amount.ToString("#,##0.00", s_culture);
        }

        var decimals = Math.Clamp(1 - (int)Math.Floor(Math.Log10((double)Math.Abs(amount))), 2, 6);
        return sign + amount.ToString("0." + new string('0', decimals), s_culture);
    }

    public static string Milliseconds(double value) => value < 1_000
        ? value.ToString(value < 10 ? "0.#" : "0", s_culture) + " ms"
        : (value / 1_000).ToString("0.0", s_culture) + " s";

    public static string Bytes(long value) => value switch
    {
        < 1 << 10 => $"{value} B",
        < 1 << 20 => (value / 1024.0).ToString("0.0", s_culture) + " KB",
        < 1 << 30 => (value / 1048576.0).ToString("0.0", s_culture) + " MB",
        _ => (value / 1073741824.0).ToString("0.00", s_culture) + " GB",
    };

    /// <summary>Less than a minute ahead is the present: nodes' clocks differ.</summary>
    public static string Ago(DateTime at, DateTime now) => (now - at) switch
    {
        { TotalMinutes: <= -1 } ahead => In(-ahead),
        { TotalSeconds: < 5 } => "just now",
        { TotalSeconds: < 60 } past => $"{(int)past.TotalSeconds} s ago",
        { TotalMinutes: < 60 } past => $"{(int)past.TotalMinutes} min ago",
        { TotalHours: < 24 } past => $"{(int)past.TotalHours} h ago",
        { TotalDays: < 2 } => "1 day ago",
        var past => $"{(int)past.TotalDays} days ago",
    };

    private static string In(TimeSpan ahead) => ahead switch
    {
        { TotalMinutes: < 90 } => $"in {Math.Round(ahead.TotalMinutes)} min",
        { TotalHours: < 36 } => $"in {Math.Round(ahead.TotalHours)} h",
        _ => $"in {Math.Round(ahead.TotalDays)} days",
    };

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 90 } => $"{Math.Max(0, (int)Math.Round(span.TotalSeconds))} s",
        { TotalMinutes: < 90 } => $"{(int)Math.Round(span.TotalMinutes)} min",
        _ => span.TotalHours.ToString("0.0", s_culture) + " h",
    };
}
