using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Benchmarks.Gateway;

/// <summary>What a run of wrk has found.</summary>
internal sealed record Load(long Calls, double PerSecond, double MedianMilliseconds, double P99Milliseconds)
{
    /// <summary>That of the program which was called, for each call.</summary>
    public double ProcessorMicroseconds { get; init; }
}

/// <summary>wrk, of Debian's package: posts one body from many connections at once.</summary>
internal static partial class Wrk
{
    public static async Task<Load> RunAsync(Uri address, string script, int connections, TimeSpan time)
    {
        var start = new ProcessStartInfo("wrk",
            ["-t1", $"-c{connections}", string.Create(CultureInfo.InvariantCulture, $"-d{time.TotalSeconds:0}s"), "--timeout", "20s", "--latency", "-s", script, address.ToString()]) { RedirectStandardOutput = true };
        using var wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start. Install it: apt-get install wrk.");
        var said = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (wrk.ExitCode is not 0 || Refused().IsMatch(said))
        {
            throw new InvalidOperationException($"Not every call of {address} was answered:\n{said}");
        }

        return new Load(long.Parse(Group(Calls(), said), CultureInfo.InvariantCulture), double.Parse(Group(PerSecond(), said), CultureInfo.InvariantCulture),
            Milliseconds(Median(), said), Milliseconds(P99(), said));
    }

    /// <summary>The script that posts this body.</summary>
    public static string Script(string folder, string body, string key)
    {
        var file = Path.Combine(folder, "post.lua");
        File.WriteAllText(file, $$"""
            wrk.method = "POST"
            wrk.body = [[{{body}}]]
            wrk.headers["Content-Type"] = "application/json"
            wrk.headers["x-goog-api-key"] = "{{key}}"
            """);
        return file;
    }

    private static string Group(Regex pattern, string said) => pattern.Match(said) is { Success: true } found ? found.Groups[1].Value : throw new FormatException($"wrk said something new:\n{said}");

    private static double Milliseconds(Regex pattern, string said)
    {
        Group(pattern, said);
        var found = pattern.Match(said);
        return double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) * (found.Groups[2].Value switch { "us" => 0.001, "ms" => 1, "s" => 1_000, _ => 60_000 });
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Calls();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s|m)")]
    private static partial Regex Median();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s|m)")]
    private static partial Regex P99();

    [GeneratedRegex("Non-2xx|Socket errors")]
    private static partial Regex Refused();
}
