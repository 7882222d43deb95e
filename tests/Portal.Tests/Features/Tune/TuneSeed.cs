using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Tests.Features.Tune;

/// <summary>A project that is ready to be tuned.</summary>
internal static class TuneSeed
{
    public const string ModelId = "gemini-test-flash";

    public static async Task<string> ProjectAsync(
        PortalDatabase database, int train = 40, int validation = 10, Verdict? verdict = Verdict.Climb, long? price = 5_000_000, ModelState state = ModelState.Tunable, bool frozen = true,
        string? model = null)
    {
        await using var db = database.CreateDbContext();
        var modelId = model ?? ModelId + state + price;
        if (await db.CatalogueModels.FindAsync(modelId) is null)
        {
            db.CatalogueModels.Add(new CatalogueModel
            {
                Id = modelId,
                DisplayName = "Test Flash",
                Tier = ModelTier.Flash,
                State = state,
                Prices =
                [
                    new(Meter.InputTokens, CataloguePrice.Ever, 300_000, "Test"), new(Meter.OutputTokens, CataloguePrice.Ever, 2_500_000, "Test"),
                    .. price is { } training ? new CataloguePrice[] { new(Meter.TuningTokens, CataloguePrice.Ever, training, "Test") } : [],
                ],
                AdapterSizes = [1, 2, 4, 8],
                DefaultAdapterSize = 4,
                TuningLocations = ["us-central1", "europe-west4"],
                MaxEpochs = 100,
            });
        }

        var project = new Project { CreatedAt = db.Now, CreatedByUserId = "usr_test" };
        project.Rename("Card support triage");
        db.Projects.Add(project);
        var task = new TaskDefinition { ProjectId = project.Id, Goal = "Route messages", Instruction = "Name the topic." };
        task.SetTarget(0.9);
        db.TaskDefinitions.Add(task);
        await db.SaveChangesAsync();
        if (!frozen)
        {
            return project.Id;
        }

        var version = new DatasetVersion { ProjectId = project.Id, Number = 1, StartedAt = db.Now };
        version.Freeze(new VersionTotals(train, validation, 5, 2, new SplitPlan([]), "hash", "digest"), db.Now);
        db.DatasetVersions.Add(version);
        for (var number = 1; number <= train + validation + 5; number++)
        {
            db.FrozenExamples.Add(new FrozenExample
            {
                VersionId = version.Id,
                Split = number <= train ? Split.Train : number <= train + validation ? Split.Validation : Split.Test,
                Number = number,
                Input = $"my card number {number} is lost",
                Output = number % 2 is 0 ? "card_lost" : "other",
            });
        }

        if (verdict is { } chosen)
        {
            Choose(db, project.Id, version.Id, chosen, modelId);
        }

        await db.SaveChangesAsync();
        return project.Id;
    }

    public static void Choose(Portal.Persistence.PortalDbContext db, string projectId, string versionId, Verdict verdict, string modelId)
    {
        var recipe = Recipe.Of(projectId, new RecipeContent("Name the topic.", [], 0, 64, "", null), db.Now);
        db.Recipes.Add(recipe);
        var candidate = new Candidate
        {
            ProjectId = projectId, Name = "Test Flash prompt only", Rung = Rung.Prompt, BaseModelId = modelId, ModelName = modelId,
            RecipeId = recipe.Id, VersionId = versionId, SourceId = versionId, Key = "prompt", CreatedAt = db.Now,
        };
        db.Candidates.Add(candidate);
        var run = new CandidateRun
        {
            ProjectId = projectId, CandidateId = candidate.Id, VersionId = versionId, Split = Split.Validation, Source = UsageSource.Baseline, Attempt = 1,
            Metric = MetricKind.Accuracy, Total = 10, SampleLimit = null, InputPricePerMillion = 1, OutputPricePerMillion = 1, ReservedMicros = 1, CreatedAt = db.Now,
        };
        db.CandidateRuns.Add(run);
        var choice = new ModelChoice { ProjectId = projectId };
        choice.Choose(candidate, run, verdict, db.Now);
        db.ModelChoices.Add(choice);
    }
}
