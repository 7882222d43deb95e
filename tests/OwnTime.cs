using System.Diagnostics;
using System.Globalization;

namespace Portal;

/// <summary>
/// What one thread takes, whatever else the machine and the tests beside it do. A bound on it tells a step that grows too fast from one that
/// does not; how fast the product is, the benchmarks say.
/// </summary>
internal static class OwnTime
{
    private const string Schedule = "/proc/thread-self/schedstat";

    public static TimeSpan Of(Action run)
    {
        var began = Spent();
        run();
        return Spent() - began;
    }

    /// <summary>Processor time of this thread; where the system does not tell it, the time that passed.</summary>
    private static TimeSpan Spent() => File.Exists(Schedule)
        ? TimeSpan.FromTicks(long.Parse(File.ReadAllText(Schedule).Split(' ')[0], CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick)
        : TimeSpan.FromTicks(Stopwatch.GetElapsedTime(0).Ticks);
}
