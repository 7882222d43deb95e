using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Model;

public sealed class ChoiceService(IDbContextFactory<PortalDbContext> dbs, ProjectService projects, CatalogueService catalogue, CurrentMember current, TimeProvider time)
{
    public bool MayChoose => current.May(Permission.ChooseModel);

    public async Task<ModelChoice?> FindAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.ModelChoices.AsNoTracking().SingleOrDefaultAsync(c => c.ProjectId == projectId, ct);
    }

    /// <summary>Goes on with a candidate that has been measured on the validation split. Choosing again replaces the choice.</summary>
    public async Task<ModelChoice> ChooseAsync(string projectId, string candidateId, CancellationToken ct)
    {
        current.Require(Permission.ChooseModel);
        var (_, task) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var candidate = await db.Candidates.AsNoTracking().SingleOrDefaultAsync(c => c.Id == candidateId && c.ProjectId == projectId, ct)
            ?? throw new NotFoundException("candidate");
        var run = await db.CandidateRuns.AsNoTracking()
            .Where(r => r.CandidateId == candidateId && r.Split == Split.Validation && r.State == RunState.Succeeded)
            .OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Attempt).FirstOrDefaultAsync(ct);
        var verdict = RunVerdict.Of(run, task.Target)
            ?? throw new PortalException($"{candidate.Name} has not been measured on the validation rows yet. Run its baseline first.");
        var model = await catalogue.GetAsync(candidate.BaseModelId, ct);
        if (RunVerdict.WhyNotChosen(model, verdict) is { } reason)
        {
            throw new PortalException(reason);
        }

        var choice = await db.ModelChoices.SingleOrDefaultAsync(c => c.ProjectId == projectId, ct);
        if (choice is null)
        {
            db.ModelChoices.Add(choice = new ModelChoice { ProjectId = projectId });
        }

        // RunVerdict gives a verdict to finished runs only.
        choice.Choose(candidate, run!, verdict, time.GetUtcNow().UtcDateTime);
        db.Audit("model.chosen", new AuditTarget("candidate", candidate.Id, candidate.Name, projectId), $"Verdict: {verdict}");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException meanwhile)
        {
            throw new PortalException("Somebody chose a model for this project at the same moment. Look at their choice, then choose again.", meanwhile);
        }

        return choice;
    }
}
