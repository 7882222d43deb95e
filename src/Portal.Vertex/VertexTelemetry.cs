using System.Diagnostics.Metrics;

namespace Portal.Vertex;

/// <summary>What the clients tell those who watch over them: sums over all groups, whether or not anybody listens.</summary>
public static class VertexTelemetry
{
    /// <summary>Of the meter.</summary>
    public const string Name = "Portal.Vertex";

    private static readonly Meter s_meter = new(Name);

    internal static readonly Counter<long> Calls = s_meter.CreateCounter<long>("portal.vertex.calls", description: "Calls to Google, each counted once however often it was repeated.");

    internal static readonly Counter<long> Retries = s_meter.CreateCounter<long>("portal.vertex.retries", description: "Repetitions of calls to Google.");

    internal static readonly Counter<long> RetriesWithheld = s_meter.CreateCounter<long>(
        "portal.vertex.retries.withheld", description: "Repetitions that were not made, since their group had used up its retry budget.");
}
