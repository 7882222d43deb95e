using Microsoft.EntityFrameworkCore;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

/// <summary>Adds a proposal to tune again, with its entry in the log and its mail, to what the caller saves.</summary>
public sealed class RetuneProposer(RetuneFigures figures, OwnerMail mail, TimeProvider time, ILogger<RetuneProposer> logger)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Ends what is open for a deployment that is live no more, and what a tuning has answered.</summary>
    internal async Task EndAnsweredAsync(PortalDbContext db, Deployment live, CancellationToken ct)
    {
        foreach (var open in await db.RetuneProposals.Where(p => p.ProjectId == live.ProjectId && p.State == RetuneState.Open).ToListAsync(ct))
        {
            if (await RetuneService.StartedAfterAsync(db, open, ct) is { } startedBy)
            {
                open.End(RetuneState.Started, startedBy, Now);
            }
            else if (open.DeploymentId != live.Id)
            {
                open.End(RetuneState.Outlived, "", Now);
            }
        }
    }

    /// <summary>Whether a limit is crossed, and for something that nobody has seen and answered yet.</summary>
    internal static async Task<bool> IsNewsAsync(PortalDbContext db, Deployment live, IReadOnlyList<RetuneSignal> signals, CancellationToken ct)
    {
        if (db.RetuneProposals.Local.Any(p => p is { State: RetuneState.Open } && p.DeploymentId == live.Id))
        {
            return false;
        }

        // One that has just been answered is not saved as such yet.
        var before = db.RetuneProposals.Local.FirstOrDefault(p => p.DeploymentId == live.Id)
            ?? await db.RetuneProposals.AsNoTracking().Where(p => p.DeploymentId == live.Id && p.State != RetuneState.Open).OrderByDescending(p => p.CreatedAt).FirstOrDefaultAsync(ct);
        return signals.Any(s => s.IsNewsAfter(before?.Signals ?? []));
    }

    /// <summary>A figure among all that there are, so that a no to it is a no to what else was seen then.</summary>
    internal async Task<IReadOnlyList<RetuneSignal>> AmongAllAsync(PortalDbContext db, Deployment live, RetuneSignal one, CancellationToken ct) =>
        [.. (await figures.ReadAsync(db, live, ct) ?? []).Where(s => s.Measure != one.Measure), one];

    /// <param name="why">Where a schedule proposes: why it did not begin by itself.</param>
    internal async Task<IReadOnlyList<OutgoingMail>> ProposeAsync(
        PortalDbContext db, Endpoint endpoint, Deployment live, IReadOnlyList<RetuneSignal> signals, string why, CancellationToken ct)
    {
        var quote = await figures.QuoteAsync(db, live.ProjectId, ct);
        var proposal = db.RetuneProposals.Add(new RetuneProposal
        {
            ProjectId = live.ProjectId, DeploymentId = live.Id, SignalsJson = RetuneSignal.ToStored(signals), CreatedAt = Now,
            TrainRows = quote.TrainRows, LikelyTokens = quote.LikelyTokens, LikelyMicros = quote.LikelyMicros, WorstMicros = quote.WorstMicros, QuoteProblem = quote.Problem,
        }).Entity;
        proposal.Open();
        var reasons = $"{string.Join(' ', signals.Where(s => s.IsCrossed).Select(RetuneWords.Reason))} {why}".TrimEnd();
        db.Audit("retune.proposed", proposal.AsTarget(), reasons);
        logger.LogInformation("A re-tune of deployment {Deployment} is proposed", live.Id);
        return await mail.AddAsync(db, Permission.Tune, $"{endpoint.Name} may be worth tuning again", $"""
            {live.CandidateName}, number {live.Number} of {endpoint.Name}, has crossed a limit that you tune again by.

            {reasons}

            {RetuneWords.Price(proposal)}

            Nothing was started by itself. On the project's Monitor page you can go on to tuning, or dismiss it: then it is proposed again only for something new.
            """, ct);
    }
}
