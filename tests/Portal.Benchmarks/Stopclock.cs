using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Portal.Benchmarks;

/// <summary>
/// Measures each benchmark and its plain work in turns, so that a noisy neighbour disturbs both. The middle round counts; the least and
/// the most say how far to trust it.
/// </summary>
internal static class Stopclock
{
    private const int MostRounds = 9;
    private const int FewestRounds = 3;

    private static readonly TimeSpan s_forAll = TimeSpan.FromSeconds(140);
    private static readonly TimeSpan s_forOne = TimeSpan.FromSeconds(25);

    public static async Task RunAsync(IReadOnlyList<Benchmark> benchmarks)
    {
        Console.WriteLine($"{RuntimeInformation.OSDescription.Trim()}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}");
        Console.WriteLine("Time for a unit of work as a multiple of the plain work's, middle round (least to most):");
        var budget = s_forAll / benchmarks.Count < s_forOne ? s_forAll / benchmarks.Count : s_forOne;
        foreach (var benchmark in benchmarks)
        {
            await using (benchmark)
            {
                await benchmark.PrepareAsync();
                Print(benchmark, await MeasureAsync(benchmark, budget));
            }
        }
    }

    private static async Task<List<Round>> MeasureAsync(Benchmark benchmark, TimeSpan budget)
    {
        var began = Stopwatch.GetTimestamp();
        // The first time compiles, and fills caches.
        await benchmark.WorkAsync();
        await benchmark.PlainAsync();
        List<Round> rounds = [];
        while (rounds.Count < FewestRounds || (rounds.Count < MostRounds && Stopwatch.GetElapsedTime(began) < budget))
        {
            rounds.Add(new Round(await TimeAsync(benchmark.WorkAsync), await TimeAsync(benchmark.PlainAsync)));
        }

        return rounds;
    }

    /// <summary>Seconds a unit.</summary>
    private static async Task<double> TimeAsync(Func<Task<long>> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var began = Stopwatch.GetTimestamp();
        var units = await work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds / units;
    }

    private static void Print(Benchmark benchmark, List<Round> rounds)
    {
        var ratios = rounds.Select(r => r.Ratio).Order().ToList();
        var (work, plain) = (Middle(rounds.Select(r => r.Work)), Middle(rounds.Select(r => r.Plain)));
        Console.WriteLine(
            $"{benchmark.Name,-16} {Middle(ratios),8:0.###}× ({ratios[0]:0.###} to {ratios[^1]:0.###}, {rounds.Count} rounds)   "
            + $"{1 / work:N0} {benchmark.Unit}/s, against {1 / plain:N0} by {benchmark.Against}");
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 is 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private sealed record Round(double Work, double Plain)
    {
        public double Ratio => Work / Plain;
    }
}
