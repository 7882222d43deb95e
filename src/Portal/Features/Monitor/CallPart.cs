using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>What a tally needs of a call, and no more: these are read by the million.</summary>
/// <param name="KeyId">Empty where it came without a key of the organisation's own.</param>
public sealed record CallFigures(
    string DeploymentId, string KeyId, string ResponseId, DateTime At, int Status, int Milliseconds, int InputTokens, int CachedTokens, int OutputTokens, long AmountMicros);

/// <summary>What a tally needs of a call's trait.</summary>
public sealed record TraitFigures(string ResponseId, int Length, string Language, string Label, bool IsValid, bool IsBlocked, double? Confidence, string Sketch);

/// <summary>
/// Some calls of an endpoint in the order of their time, so that the sums of fractions come to the same however often and in which parts they are
/// read, with their traits.
/// </summary>
/// <param name="To">No call before then is missing.</param>
/// <param name="IsLast">Of those that were asked for, none comes after them.</param>
internal sealed record CallPart(List<CallFigures> Calls, Dictionary<string, TraitFigures> Traits, DateTime To, bool IsLast)
{
    /// <summary>About so many: some twenty milliseconds.</summary>
    public const int Size = 2_000;

    public static async Task<CallPart> ReadAsync(PortalDbContext db, string endpointId, DateTime from, DateTime to, CancellationToken ct)
    {
        var calls = await FiguresOf(Traffic(db, endpointId).Where(l => l.At >= from && l.At < to).OrderBy(l => l.At).Take(Size)).ToListAsync(ct);
        var end = calls.Count < Size ? to : calls[^1].At;
        if (end < to && end > calls[0].At)
        {
            // Others of this moment may be missing: all of them are of the next part.
            calls.RemoveAll(c => c.At == end);
        }
        else if (end < to)
        {
            // More of one moment than a part has, which is one part all the same. Each database tells microseconds apart.
            end = end.AddMicroseconds(1) < to ? end.AddMicroseconds(1) : to;
            calls = await FiguresOf(Traffic(db, endpointId).Where(l => l.At >= from && l.At < end)).ToListAsync(ct);
        }

        calls.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.ResponseId, b.ResponseId));
        return new CallPart(calls, calls is [] ? [] : await TraitsAsync(db, endpointId, calls[0].At, end, ct), end, end == to);
    }

    /// <summary>As on the Deploy page: the playground's calls are not traffic.</summary>
    public static IQueryable<InferenceLog> Traffic(PortalDbContext db, string endpointId) =>
        db.InferenceLogs.AsNoTracking().Where(l => l.EndpointId == endpointId && l.Source == UsageSource.Endpoint);

    private static IQueryable<CallFigures> FiguresOf(IQueryable<InferenceLog> calls) =>
        calls.Select(l => new CallFigures(l.DeploymentId, l.ApiKeyId ?? "", l.ResponseId, l.At, l.Status, l.Milliseconds, l.InputTokens, l.CachedTokens, l.OutputTokens, l.AmountMicros));

    /// <summary>A trait has the time of its call and is saved with it, so of a call that was read it is there.</summary>
    private static async Task<Dictionary<string, TraitFigures>> TraitsAsync(PortalDbContext db, string endpointId, DateTime from, DateTime to, CancellationToken ct)
    {
        Dictionary<string, TraitFigures> traits = new(Size, StringComparer.Ordinal);
        var found = db.CallTraits.AsNoTracking().Where(t => t.EndpointId == endpointId && t.At >= from && t.At < to)
            .Select(t => new TraitFigures(t.ResponseId, t.Length, t.Language, t.Label, t.IsValid, t.IsBlocked, t.Confidence, t.Sketch));
        foreach (var trait in await found.ToListAsync(ct))
        {
            traits.TryAdd(trait.ResponseId, trait);
        }

        return traits;
    }
}
