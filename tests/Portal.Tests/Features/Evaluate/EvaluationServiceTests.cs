using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;
using SealedLook = Portal.Features.Data.SealedLook;
using SealedWear = Portal.Features.Data.SealedWear;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluationServiceTests : IDisposable
{
    private static readonly CancellationToken s_ct = EvaluateRig.Ct;

    private readonly EvaluateRig _rig = new();

    [Fact]
    public async Task ReadSetup_WithAPromptAndATunedModel_ProposesThemAgainstEachOther()
    {
        await _rig.SeedAsync();

        var setup = await _rig.Service.ReadSetupAsync(_rig.ProjectId, s_ct);

        Assert.Equal(_rig.VersionId, setup.Version?.Id);
        Assert.Equal(_rig.Baseline.Id, setup.BaselineId);
        Assert.Equal([_rig.Tuned.Id], setup.CandidateIds);
        Assert.Equal(new SealedWear(0, 100, 0, 100), setup.Looks);
    }

    [Fact]
    public async Task Start_RecordsTheLookAndKeepsTheTargetOfItsMoment()
    {
        await _rig.SeedAsync(target: 0.8);

        var evaluation = await _rig.StartAsync();
        await _rig.Get<ProjectService>().SaveTaskAsync(_rig.ProjectId, new TaskDraft("g", TaskKind.Classify, "i", ["a"], MetricKind.Accuracy, 0.1), s_ct);

        var look = Assert.Single(await _rig.LooksAsync());
        Assert.Equal(("usr_1", $"Evaluation 1: {_rig.Baseline.Name}, Tuned job_1"), (look.UserId, look.Reason));
        Assert.Equal(0.8, (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation.Target);
        Assert.Equal("Olivia", evaluation.StartedByName);
        Assert.Contains(_rig.Model.Jobs.Waiting, j => j.Job.Type == typeof(EvaluationWorker) && (string)j.Job.Args[1] == evaluation.Id);
    }

    [Fact]
    public async Task Start_WhileAnotherIsUnderWay_IsRefused()
    {
        await _rig.SeedAsync();
        await _rig.StartAsync();

        await Assert.ThrowsAsync<PortalException>(_rig.StartAsync);
        Assert.Single(await _rig.Service.ListAsync(_rig.ProjectId, s_ct));
    }

    [Fact]
    public async Task Start_OnRowsLookedAtTooOften_AsksForFreshOnes()
    {
        await _rig.SeedAsync();
        for (var look = 0; look < SealedLook.Allowed; look++)
        {
            await _rig.Get<Portal.Features.Data.ExampleService>().RecordLookAsync(_rig.VersionId, "Failures read", s_ct);
        }

        var refused = await Assert.ThrowsAsync<PortalException>(_rig.StartAsync);

        Assert.Contains("Upload fresh rows", refused.Message, StringComparison.Ordinal);
        Assert.True((await _rig.Service.ReadSetupAsync(_rig.ProjectId, s_ct)).IsWornOut);

        // Another version does not make the same rows fresh: 100 of them are tired, and 100 others would have to stand beside them.
        await _rig.SealAnewAsync(test: 150);
        refused = await Assert.ThrowsAsync<PortalException>(_rig.StartAsync);
        Assert.Contains("once 50 more are sealed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new SealedWear(SealedLook.Allowed, 50, 100, 150), (await _rig.Service.ReadSetupAsync(_rig.ProjectId, s_ct)).Looks);
        await _rig.SealAnewAsync(test: 200);
        await _rig.StartAsync();
    }

    [Fact]
    public async Task Start_WithoutATarget_IsRefusedBeforeAnyLook()
    {
        await _rig.SeedAsync(target: null);

        var refused = await Assert.ThrowsAsync<PortalException>(_rig.StartAsync);

        Assert.Contains("no target", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await _rig.LooksAsync());
    }

    [Fact]
    public async Task Start_WithMoreThanTheMost_IsRefused()
    {
        await _rig.SeedAsync();
        var many = new List<string> { _rig.Tuned.Id };
        for (var i = 2; i <= 5; i++)
        {
            many.Add((await _rig.AddTunedAsync($"job_{i}")).Id);
        }

        await Assert.ThrowsAsync<PortalException>(() => _rig.Service.StartAsync(_rig.ProjectId, _rig.Baseline.Id, many, s_ct));
    }

    [Fact]
    public async Task Start_WithACandidateFromElsewhere_IsNotFound()
    {
        await _rig.SeedAsync();

        await Assert.ThrowsAsync<NotFoundException>(() => _rig.Service.StartAsync(_rig.ProjectId, _rig.Baseline.Id, ["cnd_elsewhere"], s_ct));
    }

    [Fact]
    public async Task Quote_IsWhatTheRunsHold_AndNothingForRowsAnsweredBefore()
    {
        await _rig.SeedAsync();
        var setup = await _rig.Service.ReadSetupAsync(_rig.ProjectId, s_ct);
        var quote = await _rig.Service.QuoteAsync(setup, [_rig.Baseline.Id, _rig.Tuned.Id], s_ct);

        var evaluation = await _rig.StartAsync();
        await _rig.StepAsync(evaluation.Id);
        await using (var db = await _rig.Get<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(s_ct))
        {
            Assert.Equal(quote.Sum.WorstMicros, await BillingService.ReservedAsync(db, s_ct));
        }


        await _rig.AnswerAsync(evaluation.Id, _rig.Right(70, 90));
        await _rig.StepAsync(evaluation.Id);
        var again = await _rig.Service.QuoteAsync(setup, [_rig.Baseline.Id, _rig.Tuned.Id], s_ct);
        Assert.Equal((0, 0, 2), (again.Sum.LikelyMicros, again.Sum.WorstMicros, again.Reused));
        Assert.All(await _rig.Model.UsageAsync(), u => Assert.Equal(UsageSource.Evaluation, u.Source));
    }

    [Fact]
    public async Task Start_TheSameAgain_AsksNoRowTwice()
    {
        await _rig.SeedAsync();
        await _rig.EvaluateAsync(_rig.Right(70, 90));
        var calls = _rig.Model.Vertex.Calls.Count;

        var second = await _rig.StartAsync();
        await _rig.StepAsync(second.Id);

        Assert.Equal(EvaluationState.Succeeded, (await _rig.Service.GetAsync(_rig.ProjectId, second.Id, s_ct)).Evaluation.State);
        Assert.Equal(calls, _rig.Model.Vertex.Calls.Count);
        Assert.Equal(2, second.Number);
    }

    [Fact]
    public async Task FindGate_GoesByTheNewestEvaluation()
    {
        await _rig.SeedAsync(target: 0.8);
        Assert.Null(await _rig.Service.FindGateAsync(_rig.ProjectId, _rig.Tuned.Id, s_ct));

        var first = await _rig.EvaluateAsync(_rig.Right(70, 98));
        var gate = await _rig.Service.FindGateAsync(_rig.ProjectId, _rig.Tuned.Id, s_ct);
        Assert.True(gate?.Passed);
        Assert.Equal(first.Evaluation.Id, gate?.EvaluationId);
        Assert.False((await _rig.Service.FindGateAsync(_rig.ProjectId, _rig.Baseline.Id, s_ct))?.Passed);

        await _rig.Get<ProjectService>().SaveTaskAsync(_rig.ProjectId, new TaskDraft("g", TaskKind.Classify, "i", ["a", "b", "c"], MetricKind.Accuracy, 0.99), s_ct);
        var second = await _rig.StartAsync();
        await _rig.StepAsync(second.Id);
        gate = await _rig.Service.FindGateAsync(_rig.ProjectId, _rig.Tuned.Id, s_ct);
        Assert.False(gate?.Passed);
        Assert.Equal(second.Id, gate?.EvaluationId);
    }

    [Fact]
    public async Task Start_ThePromptAlone_CanPassTheGate()
    {
        await _rig.SeedAsync(target: 0.8, tuned: false);
        var evaluation = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Baseline.Id, [], s_ct);
        await _rig.StepAsync(evaluation.Id);
        await _rig.AnswerAsync(evaluation.Id, _rig.Right(97, 0));
        await _rig.StepAsync(evaluation.Id);

        Assert.True((await _rig.Service.FindGateAsync(_rig.ProjectId, _rig.Baseline.Id, s_ct))?.Passed);
    }

    [Fact]
    public async Task Everything_OfAnotherOrganisation_IsNotFound()
    {
        await _rig.SeedAsync();
        var done = await _rig.EvaluateAsync(_rig.Right(70, 98));
        var theirs = _rig.Model.For("org_other", services => _rig.With(services));
        EvaluateRig.Enter(theirs, "org_other", MemberRole.Owner);
        var (service, rows) = (theirs.GetRequiredService<EvaluationService>(), theirs.GetRequiredService<EvaluationRows>());

        await Assert.ThrowsAsync<NotFoundException>(() => service.ReadSetupAsync(_rig.ProjectId, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => service.StartAsync(_rig.ProjectId, _rig.Baseline.Id, [_rig.Tuned.Id], s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => service.GetAsync(_rig.ProjectId, done.Evaluation.Id, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => service.CancelAsync(_rig.ProjectId, done.Evaluation.Id, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => rows.OpenAsync(_rig.ProjectId, done.Evaluation.Id, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => rows.ReadAsync(_rig.ProjectId, done.Evaluation.Id, _rig.Tuned.Id, RowFilter.BothWrong, null, 1, s_ct));
        Assert.Null(await service.FindGateAsync(_rig.ProjectId, _rig.Tuned.Id, s_ct));
        Assert.Null(await service.FindLatestAsync(_rig.ProjectId, s_ct));
        Assert.Empty(await service.ListAsync(_rig.ProjectId, s_ct));
        Assert.Single(await _rig.LooksAsync());
    }

    [Fact]
    public async Task Worker_ForAnotherOrganisation_TouchesNothing()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        var theirs = _rig.Model.For("org_other", services => _rig.With(services));

        await theirs.GetRequiredService<EvaluationWorker>().RunAsync("org_other", evaluation.Id, s_ct);

        Assert.Equal(EvaluationState.Queued, (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation.State);
    }

    public void Dispose() => _rig.Dispose();
}
