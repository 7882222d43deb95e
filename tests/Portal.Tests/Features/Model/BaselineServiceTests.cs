using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class BaselineServiceTests : IDisposable
{
    private static readonly string[] s_both = ["gemini-3.5-flash", "gemini-3.1-pro-preview"];

    private readonly ModelRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task StartAsync_TwoModels_RunsPromptAndFewShotOnEach()
    {
        await _rig.SeedAsync();

        var runs = await _rig.Get<BaselineService>().StartAsync(_rig.ProjectId, s_both, 1_000, ModelRig.Ct);

        var candidates = await _rig.Get<CandidateService>().ListAsync(_rig.ProjectId, ModelRig.Ct);
        Assert.Equal(
            [("gemini-3.1-pro-preview", Rung.FewShot), ("gemini-3.1-pro-preview", Rung.Prompt), ("gemini-3.5-flash", Rung.FewShot), ("gemini-3.5-flash", Rung.Prompt)],
            candidates.Select(c => (c.BaseModelId, c.Rung)).OrderBy(c => c.BaseModelId, StringComparer.Ordinal).ThenBy(c => c.Rung.ToString(), StringComparer.Ordinal));
        Assert.All(runs, r => Assert.Equal((40, Split.Validation, UsageSource.Baseline), (r.Total, r.Split, r.Source)));
        var (_, recipe) = await _rig.Get<CandidateService>().GetAsync(candidates.First(c => c.Rung is Rung.FewShot).Id, ModelRig.Ct);
        Assert.Equal(6, recipe.Shots.Count);
        // Training rows are 1 to 12: no shown example is one that is measured on.
        Assert.All(recipe.Shots, s => Assert.InRange(int.Parse(s.Input.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 1, 12));
    }

    [Fact]
    public async Task StartAsync_Again_PaysForNothingTwice()
    {
        await _rig.SeedAsync();
        var baselines = _rig.Get<BaselineService>();
        var first = await baselines.StartAsync(_rig.ProjectId, s_both, 1_000, ModelRig.Ct);
        var second = await baselines.StartAsync(_rig.ProjectId, s_both, 1_000, ModelRig.Ct);
        await _rig.PumpAsync();
        var calls = _rig.Vertex.Calls.Count;

        var third = await baselines.StartAsync(_rig.ProjectId, s_both, 1_000, ModelRig.Ct);
        await _rig.PumpAsync();

        Assert.Equal(first.Select(r => r.Id), second.Select(r => r.Id));
        Assert.Equal(first.Select(r => r.Id), third.Select(r => r.Id));
        Assert.Equal((160, 160), (calls, _rig.Vertex.Calls.Count));
        Assert.Equal(new Quote(0, 0), (await baselines.PlanAsync(_rig.ProjectId, 1_000, ModelRig.Ct))!.QuoteFor(s_both.ToHashSet()));
    }

    [Fact]
    public async Task PlanAsync_Quote_IsWhatTheRunsHold()
    {
        await _rig.SeedAsync();
        var quote = (await _rig.Get<BaselineService>().PlanAsync(_rig.ProjectId, 1_000, ModelRig.Ct))!.QuoteFor(s_both.ToHashSet());

        await _rig.Get<BaselineService>().StartAsync(_rig.ProjectId, s_both, 1_000, ModelRig.Ct);

        await using var db = _rig.Database.CreateDbContext();
        Assert.Equal(quote.WorstMicros, await db.Reservations.SumAsync(r => r.AmountMicros, ModelRig.Ct));
        Assert.InRange(quote.LikelyMicros, 1, quote.WorstMicros - 1);
    }

    [Fact]
    public async Task RunQuote_PromptOfKnownLength_IsRowsTimesTokensTimesPrice()
    {
        await _rig.SeedAsync();
        var model = await _rig.Get<CatalogueService>().GetAsync("gemini-3.5-flash-lite", ModelRig.Ct);
        var recipe = new RecipeContent(new string('x', 400), [], 0, 32, "MINIMAL", null);

        var quote = RunQuote.Of(model.PricesAt(_rig.Now)!, recipe, new RowSize(1_000, LikelyInput: 50, WorstInput: 120, LikelyOutput: 4));

        // Likely: 1,000 × (150 × 0.30 + 4 × 2.50); worst: 1,000 × (320 × 0.30 + 32 × 2.50), per million.
        Assert.Equal(new Quote(55_000, 176_000), quote);
    }

    [Fact]
    public async Task StartAsync_RetiredModel_IsRefused()
    {
        await _rig.SeedAsync();

        var refused = await Assert.ThrowsAsync<PortalException>(() => _rig.Get<BaselineService>().StartAsync(_rig.ProjectId, ["gemini-2.5-pro"], 100, ModelRig.Ct));

        Assert.Contains("gemini-2.5-pro", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_NoPriceInTheCatalogue_IsRefusedNotFree()
    {
        await _rig.SeedAsync();
        await using (var db = _rig.Database.CreateDbContext())
        {
            IReadOnlyList<CataloguePrice> inputOnly = [new(Meter.InputTokens, CataloguePrice.Ever, 1, "Test")];
            await db.CatalogueModels.Where(m => m.Id == "gemini-3.5-flash").ExecuteUpdateAsync(s => s.SetProperty(m => m.Prices, inputOnly), ModelRig.Ct);
        }

        var refused = await Assert.ThrowsAsync<PortalException>(() => _rig.Get<BaselineService>().StartAsync(_rig.ProjectId, ["gemini-3.5-flash"], 100, ModelRig.Ct));

        Assert.Contains("no price in the catalogue", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_rig.Jobs.Waiting);
    }

    [Fact]
    public async Task StartAsync_NoTarget_SaysWhatIsMissing()
    {
        await _rig.SeedAsync(target: null);

        var refused = await Assert.ThrowsAsync<PortalException>(() => _rig.Get<BaselineService>().StartAsync(_rig.ProjectId, s_both, 100, ModelRig.Ct));

        Assert.Contains("a target", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RegisterTunedAsync_Twice_IsOneCandidateThatAsksAsItWasTaught()
    {
        await _rig.SeedAsync();
        const string endpoint = "projects/1/locations/us/endpoints/2";
        string[] ids = [await RegisterAsync(endpoint), await RegisterAsync(endpoint)];

        var (candidate, recipe) = await _rig.Get<CandidateService>().GetAsync(ids[0], ModelRig.Ct);

        Assert.Equal(ids[0], ids[1]);
        Assert.Equal((Rung.Tuned, endpoint, _rig.VersionId, "tun_1"), (candidate.Rung, candidate.ModelName, candidate.VersionId, candidate.SourceId));
        Assert.Equal(("Classify the message.", 0), (recipe.Instruction, recipe.Shots.Count));
    }

    [Fact]
    public async Task EveryId_OfAnotherOrganisation_IsNotFound()
    {
        await _rig.SeedAsync();
        var run = await _rig.StartAsync();
        await _rig.PumpAsync();
        var theirs = _rig.For("org_other");
        var runs = theirs.GetRequiredService<CandidateRunService>();

        await Assert.ThrowsAsync<NotFoundException>(() => theirs.GetRequiredService<BaselineService>().StartAsync(_rig.ProjectId, s_both, 100, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => theirs.GetRequiredService<ChoiceService>().ChooseAsync(_rig.ProjectId, run.CandidateId, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => theirs.GetRequiredService<CandidateService>().GetAsync(run.CandidateId, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => runs.StartAsync(run.CandidateId, run.VersionId, Split.Validation, UsageSource.Baseline, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => runs.GetAsync(run.Id, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => runs.AnswersAsync(run.Id, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => runs.MistakesAsync(run.Id, 0, 25, ModelRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => runs.CancelAsync(run.Id, ModelRig.Ct));
        Assert.Empty(await runs.ListAsync(_rig.ProjectId, Split.Validation, ModelRig.Ct));
        Assert.Empty(await theirs.GetRequiredService<CandidateService>().ListAsync(_rig.ProjectId, ModelRig.Ct));
        Assert.Null(await theirs.GetRequiredService<ChoiceService>().FindAsync(_rig.ProjectId, ModelRig.Ct));
    }

    private async Task<string> RegisterAsync(string endpoint)
    {
        await using var db = _rig.Database.CreateDbContext();
        var candidate = await _rig.Get<CandidateService>().RegisterTunedAsync(
            db, new TunedRegistration(_rig.ProjectId, _rig.VersionId, "gemini-3.5-flash", endpoint, "Tuned Flash", "tun_1", "Classify the message."), ModelRig.Ct);
        await db.SaveChangesAsync(ModelRig.Ct);
        return candidate.Id;
    }
}
