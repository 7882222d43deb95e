using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class LadderTests : IDisposable
{
    private readonly ModelRig _rig = new();

    private ModelStep Step => Assert.IsType<ModelStep>(_rig.Get<IProjectStep>());

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Of_SeveralProveThemselves_ProposesTheCheapest()
    {
        await MeasureAsync(validation: 80, target: 0.8, rightOf100: 100, "gemini-3.5-flash", "gemini-3.5-flash-lite", "gemini-3.1-pro-preview");

        var ladder = await LadderAsync();

        Assert.Equal((Verdict.Stop, "gemini-3.5-flash-lite"), (ladder.Verdict, ladder.Proposed?.Model.Id));
        Assert.All(ladder.Rows, r => Assert.Null(r.WhyNot));
    }

    [Fact]
    public async Task Of_AllMiss_ProposesOneThatCanBeTunedAndSaysWhyProCannot()
    {
        await MeasureAsync(validation: 80, target: 0.9, rightOf100: 40, "gemini-3.5-flash", "gemini-3.1-pro-preview");

        var ladder = await LadderAsync();

        Assert.Equal((Verdict.Climb, "gemini-3.5-flash"), (ladder.Verdict, ladder.Proposed?.Model.Id));
        Assert.Contains("No Pro can be tuned", Assert.Single(ladder.Rows, r => r.WhyNot is not null).WhyNot, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_OneCannotTell_IsNotEnoughDataAndSaysHowManyRows()
    {
        await MeasureAsync(validation: 40, target: 0.9, rightOf100: 95, "gemini-3.5-flash");

        var ladder = await LadderAsync();

        Assert.Equal(Verdict.NotEnoughData, ladder.Verdict);
        var measured = ladder.Proposed!.Run.Metrics!;
        Assert.Equal(VerdictRule.RowsNeeded(measured.Score, 0.9) - 40, ladder.MoreRows);
    }

    [Fact]
    public async Task ChooseAsync_MeasuredCandidate_IsTheProjectsChoiceUntilAnother()
    {
        await MeasureAsync(validation: 80, target: 0.8, rightOf100: 100, "gemini-3.5-flash", "gemini-3.5-flash-lite");
        var ladder = await LadderAsync();

        var first = await ChooseAsync(ladder.Rows[0]);
        var second = await ChooseAsync(ladder.Rows[1]);

        Assert.Equal(first.Id, second.Id);
        var found = await _rig.Get<ChoiceService>().FindAsync(_rig.ProjectId, ModelRig.Ct);
        Assert.Equal(
            (ladder.Rows[1].Candidate.Id, ladder.Rows[1].Model.Id, _rig.VersionId, ladder.Rows[1].Run.Id, Verdict.Stop),
            (found!.CandidateId, found.BaseModelId, found.VersionId, found.RunId, found.Verdict));
    }

    [Fact]
    public async Task ChooseAsync_NotMeasured_IsRefused()
    {
        await _rig.SeedAsync();
        var candidate = await _rig.AddCandidateAsync();

        await Assert.ThrowsAsync<PortalException>(() => _rig.Get<ChoiceService>().ChooseAsync(_rig.ProjectId, candidate.Id, ModelRig.Ct));
    }

    [Fact]
    public async Task ChooseAsync_MissesTheTargetAndCannotBeTuned_IsRefusedWithTheReason()
    {
        await MeasureAsync(validation: 80, target: 0.9, rightOf100: 40, "gemini-3.1-pro-preview");
        var row = (await LadderAsync()).Rows.Single();

        var refused = await Assert.ThrowsAsync<PortalException>(() => ChooseAsync(row));

        Assert.Contains("No Pro can be tuned", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OfTheStep_FollowsTheJourney()
    {
        await _rig.SeedAsync(train: 12, validation: 80, target: 0.8);
        var step = Step;
        Assert.Equal((StepState.Now, "Run baselines"), await ReadAsync(step));

        await _rig.StartAsync();
        Assert.Equal(StepState.Working, (await ReadAsync(step)).State);

        _rig.Vertex.Respond = input => FakeVertex.Text(input[^1..]);
        await _rig.PumpAsync();
        var measured = await step.ReadAsync(_rig.ProjectId, ModelRig.Ct);
        Assert.Equal((StepState.Now, "Gemini 3.5 Flash prompt only 100.0 % [95.4, 100.0], n 80 → Stop", "Choose"), (measured.State, measured.Fact, measured.Action));

        await ChooseAsync((await LadderAsync()).Rows.Single());
        Assert.Equal(StepState.Done, (await ReadAsync(step)).State);
    }

    [Fact]
    public async Task ReadAsync_OfTheStepWithoutAVersion_Waits()
    {
        await _rig.Get<CatalogueService>().SeedAsync(ModelRig.Ct);
        var project = await _rig.Get<Portal.Features.Define.ProjectService>().CreateAsync("Empty", ModelRig.Ct);

        var status = await Step.ReadAsync(project.Id, ModelRig.Ct);

        Assert.Equal(StepState.Waiting, status.State);
    }

    private async Task<(StepState State, string Action)> ReadAsync(ModelStep step)
    {
        var status = await step.ReadAsync(_rig.ProjectId, ModelRig.Ct);
        return (status.State, status.Action);
    }

    private Task<ModelChoice> ChooseAsync(LadderRow row) => _rig.Get<ChoiceService>().ChooseAsync(_rig.ProjectId, row.Candidate.Id, ModelRig.Ct);

    private async Task MeasureAsync(int validation, double target, int rightOf100, params string[] models)
    {
        await _rig.SeedAsync(train: 12, validation, target);
        _rig.Vertex.Respond = input => FakeVertex.Text(int.Parse(input.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * 37 % 100 < rightOf100 ? input[^1..] : "?");
        foreach (var model in models)
        {
            await _rig.StartAsync(model);
        }

        await _rig.PumpAsync();
    }

    private async Task<Ladder> LadderAsync() => Ladder.Of(
        await _rig.Get<CandidateRunService>().ListAsync(_rig.ProjectId, Split.Validation, ModelRig.Ct), await _rig.Get<CatalogueService>().ListAsync(ModelRig.Ct),
        (await _rig.Get<Portal.Features.Define.ProjectService>().GetAsync(_rig.ProjectId, ModelRig.Ct)).Task.Target);
}
