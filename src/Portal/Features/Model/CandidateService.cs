using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

public sealed record CandidateDetail(Candidate Candidate, Recipe Recipe);

/// <summary>A tuned model as it becomes a candidate.</summary>
/// <param name="VersionId">The dataset version it was trained on.</param>
/// <param name="Instruction">The one of the training lines: asked otherwise, it is asked what it was not taught.</param>
public sealed record TunedRegistration(
    string ProjectId, string VersionId, string BaseModelId, string EndpointName, string Name, string SourceId, string Instruction);

public sealed class CandidateService(IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    public async Task<IReadOnlyList<Candidate>> ListAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Candidates.AsNoTracking().Where(c => c.ProjectId == projectId).OrderBy(c => c.CreatedAt).ThenBy(c => c.Id).ToListAsync(ct);
    }

    /// <summary>Tuned models, by id, whose training rows were erased since.</summary>
    public async Task<IReadOnlyDictionary<string, ErasedTraining>> ErasedTrainingAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erased = from candidate in db.Candidates.AsNoTracking()
                     join row in db.ErasedRows on candidate.VersionId equals row.VersionId
                     where candidate.ProjectId == projectId && candidate.Rung == Rung.Tuned && row.Split == Split.Train
                     group row by candidate.Id into rows
                     select new { rows.Key, Count = rows.Count(), At = rows.Max(r => r.ErasedAt) };
        return await erased.ToDictionaryAsync(e => e.Key, e => new ErasedTraining(e.Count, e.At), ct);
    }

    public async Task<CandidateDetail> GetAsync(string candidateId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var candidate = await db.Candidates.AsNoTracking().SingleOrDefaultAsync(c => c.Id == candidateId, ct) ?? throw new NotFoundException("candidate");
        return new CandidateDetail(candidate, await db.Recipes.AsNoTracking().SingleAsync(r => r.Id == candidate.RecipeId, ct));
    }

    /// <summary>Makes a tuned model a candidate, in the caller's context. Once a tuning job: doing it again gives the candidate that is there.</summary>
    public async Task<Candidate> RegisterTunedAsync(PortalDbContext db, TunedRegistration tuned, CancellationToken ct)
    {
        Candidate.RefuseFormer(tuned.EndpointName);
        var task = await db.TaskDefinitions.AsNoTracking().SingleOrDefaultAsync(t => t.ProjectId == tuned.ProjectId, ct) ?? throw new NotFoundException("project");
        var model = await db.CatalogueModels.AsNoTracking().SingleOrDefaultAsync(m => m.Id == tuned.BaseModelId, ct) ?? throw new NotFoundException("model");
        var content = Prompting.Tuned(task, tuned.Instruction, model);
        return await AddAsync(
            db, tuned.ProjectId, tuned.VersionId, model, Rung.Tuned, content, tuned.EndpointName, tuned.Name, tuned.SourceId, $"tuned/{tuned.SourceId}", ct);
    }

    /// <summary>A prompt on a base model, made for one dataset version; the same prompt is the same candidate.</summary>
    internal Task<Candidate> AddPromptAsync(
        PortalDbContext db, string projectId, string versionId, CatalogueModel model, Rung rung, RecipeContent content, CancellationToken ct) =>
        AddAsync(
            db, projectId, versionId, model, rung, content, model.Id, $"{model.DisplayName} {ModelWords.Of(rung)}", versionId,
            KeyOf(versionId, model.Id, rung, content), ct);

    internal static string KeyOf(string versionId, string modelId, Rung rung, RecipeContent content) =>
        $"{versionId}/{modelId}/{rung}/{Recipe.HashOf(content)}";

    private async Task<Candidate> AddAsync(
        PortalDbContext db, string projectId, string versionId, CatalogueModel model, Rung rung, RecipeContent content,
        string modelName, string name, string sourceId, string key, CancellationToken ct)
    {
        var known = db.Candidates.Local.FirstOrDefault(c => c.ProjectId == projectId && c.Key == key)
            ?? await db.Candidates.SingleOrDefaultAsync(c => c.ProjectId == projectId && c.Key == key, ct);
        if (known is not null)
        {
            return known;
        }

        var candidate = new Candidate
        {
            ProjectId = projectId,
            Name = name,
            Rung = rung,
            BaseModelId = model.Id,
            ModelName = modelName,
            RecipeId = (await AddRecipeAsync(db, projectId, content, ct)).Id,
            VersionId = versionId,
            SourceId = sourceId,
            Key = key,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        db.Candidates.Add(candidate);
        return candidate;
    }

    private async Task<Recipe> AddRecipeAsync(PortalDbContext db, string projectId, RecipeContent content, CancellationToken ct)
    {
        var hash = Recipe.HashOf(content);
        var known = db.Recipes.Local.FirstOrDefault(r => r.ProjectId == projectId && r.ContentHash == hash)
            ?? await db.Recipes.SingleOrDefaultAsync(r => r.ProjectId == projectId && r.ContentHash == hash, ct);
        if (known is not null)
        {
            return known;
        }

        var recipe = Recipe.Of(projectId, content, time.GetUtcNow().UtcDateTime);
        db.Recipes.Add(recipe);
        return recipe;
    }
}
