using Microsoft.EntityFrameworkCore;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class FailedEvaluationsTests
{
    [Fact]
    public async Task Again_OfAnEvaluationWhoseRunsAnswered_AddsThemUpWithoutAskingAgain()
    {
        using var rig = new EvaluateRig();
        await rig.SeedAsync(test: 20);
        var evaluation = await rig.StartAsync();
        await rig.StepAsync(evaluation.Id);
        await FailAsync();

        // Asking rows costs, and the platform spends nobody's money.
        await Assert.ThrowsAsync<PortalException>(AgainAsync);
        await rig.AnswerAsync(evaluation.Id, (_, _, expected) => expected);
        Assert.True(await AgainAsync());
        var calls = rig.Model.Vertex.Calls.Count;
        await rig.StepAsync(evaluation.Id);

        await using var db = rig.Model.Database.CreateDbContext();
        Assert.Equal((EvaluationState.Succeeded, ""), await db.EvaluationRuns.Select(e => new ValueTuple<EvaluationState, string>(e.State, e.Problem)).SingleAsync(EvaluateRig.Ct));
        Assert.Equal((2, calls), (await db.CandidateRuns.CountAsync(EvaluateRig.Ct), rig.Model.Vertex.Calls.Count));
        Assert.False(await AgainAsync());

        async Task FailAsync()
        {
            await using var failing = rig.Model.Database.CreateDbContext();
            var broken = await failing.EvaluationRuns.SingleAsync(EvaluateRig.Ct);
            broken.Fail("A fault of the portal stops this evaluation again and again.", "", rig.Model.Now);
            await failing.SaveChangesAsync(EvaluateRig.Ct);
        }

        async Task<bool> AgainAsync()
        {
            await using var beginning = rig.Model.Database.CreateDbContext();
            var wake = await new FailedEvaluations(rig.Model.Jobs).AgainAsync(beginning, evaluation.Id, rig.Model.Now, EvaluateRig.Ct);
            await beginning.SaveChangesAsync(EvaluateRig.Ct);
            return wake is not null;
        }
    }
}
