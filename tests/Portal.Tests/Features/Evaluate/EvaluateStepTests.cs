using Portal.Components;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluateStepTests : IDisposable
{
    private static readonly CancellationToken s_ct = EvaluateRig.Ct;

    private readonly EvaluateRig _rig = new();

    private EvaluateStep Step => new(_rig.Service, _rig.Get<ChoiceService>());

    [Fact]
    public async Task Read_WithoutATunedModel_Waits()
    {
        var project = await _rig.Get<ProjectService>().CreateAsync("Empty", s_ct);

        Assert.Equal(StepStatus.Waits("Waits for a tuned model"), await Step.ReadAsync(project.Id, s_ct));
    }

    [Fact]
    public async Task Read_WithATunedModel_IsNext()
    {
        await _rig.SeedAsync(test: 100);

        Assert.Equal(new StepStatus(StepState.Now, "Tuned job_1 is ready to be compared on 100 sealed rows", "Evaluate"), await Step.ReadAsync(_rig.ProjectId, s_ct));
    }

    [Fact]
    public async Task Read_UnderWay_SaysHowFar()
    {
        await _rig.SeedAsync(test: 100);
        var evaluation = await _rig.StartAsync();
        await _rig.StepAsync(evaluation.Id);
        await _rig.Model.StepAsync((await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Baseline.RunId!);

        Assert.Equal(new StepStatus(StepState.Working, "16 of 200 sealed rows answered"), await Step.ReadAsync(_rig.ProjectId, s_ct));
    }

    [Fact]
    public async Task Read_WithAPassedGate_IsDoneAndSaysTheResult()
    {
        await _rig.SeedAsync(test: 100, target: 0.8);
        await _rig.EvaluateAsync(_rig.Right(70, 92));

        var status = await Step.ReadAsync(_rig.ProjectId, s_ct);

        Assert.Equal(StepState.Done, status.State);
        Assert.Equal("Tuned 92.0 % [85.0, 95.9], n 100 vs 70.0 %: better, p < 0.0001", status.Fact);
    }

    [Fact]
    public async Task Read_WithAGateThatDidNotPass_IsBlockedAndSaysWhy()
    {
        await _rig.SeedAsync(test: 100, target: 0.9);
        await _rig.EvaluateAsync(_rig.Right(88, 92));

        var status = await Step.ReadAsync(_rig.ProjectId, s_ct);

        Assert.Equal(StepState.Blocked, status.State);
        Assert.EndsWith("vs 88.0 %: not distinguishable, p 0.125. Gate: target met, cannot decide", status.Fact, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WithANewerTunedModel_AsksForItsEvaluation()
    {
        await _rig.SeedAsync(test: 100, target: 0.8);
        await _rig.EvaluateAsync(_rig.Right(70, 92));
        await _rig.AddTunedAsync("job_2");

        var status = await Step.ReadAsync(_rig.ProjectId, s_ct);
        Assert.Equal((StepState.Now, "Evaluate"), (status.State, status.Action));
    }

    public void Dispose() => _rig.Dispose();
}
