using Portal.Features.Evaluate;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluationRowsTests
{
    private static readonly CancellationToken s_ct = EvaluateRig.Ct;

    [Theory]
    [InlineData(RowFilter.CandidateWrong, 12)]
    [InlineData(RowFilter.BaselineWrong, 30)]
    [InlineData(RowFilter.BothWrong, 10)]
    [InlineData(RowFilter.Regressions, 2)]
    public async Task Read_ByAFilter_FindsItsRows(RowFilter filter, int rows)
    {
        using var rig = new EvaluateRig();
        await rig.SeedAsync(test: 100);
        var detail = await rig.EvaluateAsync(WithRegressions(rig));

        var page = await rig.Get<EvaluationRows>().ReadAsync(rig.ProjectId, detail.Evaluation.Id, rig.Tuned.Id, filter, null, 1, s_ct);

        Assert.Equal(rows, page.Total);
        Assert.Equal(Math.Min(rows, EvaluationRows.PageSize), page.Rows.Count);
    }

    [Fact]
    public async Task Read_APage_ShowsInputExpectedAndEveryAnswer()
    {
        using var rig = new EvaluateRig();
        await rig.SeedAsync(test: 100);
        var detail = await rig.EvaluateAsync((candidate, number, label) => candidate == rig.Baseline.Id ? "a zebra" : number is 30 ? "" : label);
        var rows = rig.Get<EvaluationRows>();

        var second = await rows.ReadAsync(rig.ProjectId, detail.Evaluation.Id, rig.Tuned.Id, RowFilter.BaselineWrong, null, 2, s_ct);
        var only = Assert.Single((await rows.ReadAsync(rig.ProjectId, detail.Evaluation.Id, rig.Tuned.Id, RowFilter.CandidateWrong, null, 1, s_ct)).Rows);

        Assert.Equal((100, 25, 50), (second.Total, second.Rows.Count, second.Rows[0].Number));
        Assert.Equal((30, "message 30 is a", "a"), (only.Number, only.Input, only.Expected));
        Assert.Equal(new RowAnswer(rig.Baseline.Id, "a zebra", 0, false, true, null), only.Answers[0]);
        Assert.Equal(new RowAnswer(rig.Tuned.Id, "", 0, false, true, null), only.Answers[1]);
    }

    [Fact]
    public async Task Read_TheRowsBehindAConfusion_IgnoresTheFilter()
    {
        using var rig = new EvaluateRig();
        await rig.SeedAsync(test: 100);
        var detail = await rig.EvaluateAsync(WithRegressions(rig));
        var confusion = detail.Candidates[1].Result!.Confusions[0];

        var page = await rig.Get<EvaluationRows>().ReadAsync(rig.ProjectId, detail.Evaluation.Id, rig.Tuned.Id, RowFilter.BothWrong, confusion.Numbers, 1, s_ct);

        Assert.Equal(confusion.Pair.Count, page.Total);
        Assert.All(page.Rows, r => Assert.Equal((confusion.Pair.Expected, confusion.Pair.Answered), (r.Expected, r.Answers[1].Answer)));
    }

    [Fact]
    public async Task Open_EachTime_IsALookOnRecord()
    {
        using var rig = new EvaluateRig();
        await rig.SeedAsync(test: 30);
        var detail = await rig.EvaluateAsync(rig.Right(50, 90));

        await rig.Get<EvaluationRows>().OpenAsync(rig.ProjectId, detail.Evaluation.Id, s_ct);

        var reasons = (await rig.LooksAsync()).Select(l => l.Reason).ToList();
        Assert.Equal(2, reasons.Count);
        Assert.Contains("Failures of evaluation 1 read", reasons);
    }

    [Fact]
    public async Task Read_BeforeTheEvaluationIsDone_IsRefused()
    {
        using var rig = new EvaluateRig();
        await rig.SeedAsync(test: 30);
        var evaluation = await rig.StartAsync();

        await Assert.ThrowsAsync<PortalException>(() => rig.Get<EvaluationRows>().OpenAsync(rig.ProjectId, evaluation.Id, s_ct));
        await Assert.ThrowsAsync<PortalException>(() => rig.Get<EvaluationRows>().ReadAsync(rig.ProjectId, evaluation.Id, rig.Tuned.Id, RowFilter.BothWrong, null, 1, s_ct));
    }

    [Fact]
    public async Task Read_ByWhomItIsNoneOfTheirBusiness_IsNotFound()
    {
        using var rig = new EvaluateRig(MemberRole.Billing);
        await rig.SeedAsync(test: 30);
        var detail = await rig.EvaluateAsync(rig.Right(50, 90));

        await Assert.ThrowsAsync<ForbiddenException>(() => rig.Get<EvaluationRows>().OpenAsync(rig.ProjectId, detail.Evaluation.Id, s_ct));
        await Assert.ThrowsAsync<ForbiddenException>(() => rig.Get<EvaluationRows>().ReadAsync(rig.ProjectId, detail.Evaluation.Id, rig.Tuned.Id, RowFilter.BothWrong, null, 1, s_ct));
    }

    // Of 100 rows the baseline has the first 70 right; the tuned model the first 90 but for two of those.
    private static Func<string, int, string, string> WithRegressions(EvaluateRig rig) => (candidate, number, label) =>
        candidate == rig.Tuned.Id && number is (26 or 27) ? "abc"[(number + 1) % 3].ToString() : rig.Right(70, 90)(candidate, number, label);
}
