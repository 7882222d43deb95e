using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>Which candidate of an evaluation is live, and which of its rows say something about it.</summary>
/// <param name="Place">Its place among the candidates.</param>
/// <param name="Version">Number of the version that the evaluation is of.</param>
/// <param name="JudgedBy">Number of the version that the live model was judged by before it was approved.</param>
public sealed record LiveRows(int Place, MetricKind Metric, int Version, int JudgedBy, SealedAges Ages)
{
    /// <param name="version">Of the evaluation.</param>
    internal static async Task<LiveRows> OfAsync(
        PortalDbContext db, DatasetVersion version, MetricKind metric, (int Place, Candidate Model, DatasetVersion JudgedBy) live, CancellationToken ct) => new(
        live.Place, metric, version.Number, live.JudgedBy.Number,
        await SealedAges.OfAsync(db, version.Id, live.JudgedBy.Id, EvaluationSetup.HasSeenRows(live.Model) ? live.Model.VersionId : null, ct));
}

/// <summary>Two candidates on some rows that both answered.</summary>
public sealed record LivePart(int Rows, Estimate Live, Estimate Candidate, Comparison Comparison);

/// <summary>How a candidate did against the model that was live, on rows that neither has seen.</summary>
/// <param name="Place">The live model's place in the evaluation.</param>
/// <param name="Seen">Sealed rows that the live model has seen in the version that it was made from: they are in no figure of its.</param>
/// <param name="Gone">Sealed rows of the version it was judged by that this version does not seal.</param>
/// <param name="Old">On the rows that both versions seal; null for the live model itself.</param>
/// <param name="New">On those that only this version seals; null where it is no later one than that by which the live model was judged.</param>
public sealed record LiveComparison(int Place, int Version, int JudgedBy, int Seen, int Gone, LivePart? Old, LivePart? New)
{
    public bool IsLater => Version > JudgedBy;
}
