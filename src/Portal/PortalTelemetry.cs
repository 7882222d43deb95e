using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Portal;

/// <summary>
/// What the portal tells those who watch over it, whether or not anybody listens. Ids and figures only: no text of a tenant's, no name, no
/// address and no secret may become a tag.
/// </summary>
public static class PortalTelemetry
{
    public const string Name = "Portal";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter s_meter = new(Name);

    public static readonly Histogram<double> GatewayCalls = s_meter.CreateHistogram<double>("portal.gateway.call.duration", "s", "Calls of the gateway, by dialect and status.");

    public static readonly Histogram<double> WorkerRuns = s_meter.CreateHistogram<double>("portal.worker.run.duration", "s", "Steps of background work, by worker and outcome.");

    public static readonly Counter<long> TuningMoves = s_meter.CreateCounter<long>("portal.tuning.moves", description: "Changes of a tuning job's state, by the state it came to.");
}
