using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Lends a canary's guard what callers think of the answers.</summary>
public sealed class AnswerVotes : IAnswerVotes
{
    public async Task<IReadOnlyDictionary<string, Votes>> CountAsync(PortalDbContext db, string endpointId, DateTime from, CancellationToken ct) =>
        await db.AnswerFeedback.AsNoTracking()
            .Where(f => f.EndpointId == endpointId && f.Source == UsageSource.Endpoint && f.AnsweredAt >= from && f.Thumb != Thumb.None)
            .GroupBy(f => f.DeploymentId)
            .Select(g => new { g.Key, All = g.LongCount(), Down = g.LongCount(f => f.Thumb == Thumb.Down) })
            .ToDictionaryAsync(g => g.Key, g => new Votes(g.All, g.Down), ct);
}
