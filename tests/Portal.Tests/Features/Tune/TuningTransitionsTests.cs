using Portal.Features.Tune;
using Xunit;
using static Portal.Features.Tune.TuningJobState;

namespace Portal.Tests.Features.Tune;

public sealed class TuningTransitionsTests
{
    private static readonly Dictionary<TuningJobState, TuningJobState[]> s_table = new()
    {
        [Draft] = [Quoted],
        [Quoted] = [Uploading],
        [Uploading] = [Submitted, Cancelling, Failed, Cancelled],
        [Submitted] = [Running, Cancelling, Succeeded, Failed, Cancelled],
        [Running] = [Cancelling, Succeeded, Failed, Cancelled],
        [Cancelling] = [Succeeded, Failed, Cancelled],
        [Succeeded] = [],
        [Failed] = [],
        [Cancelled] = [],
    };

    [Fact]
    public void EveryPair_IsLegal_ExactlyWhereTheTableSays()
    {
        foreach (var from in Enum.GetValues<TuningJobState>())
        {
            Assert.Equal(s_table[from], Enum.GetValues<TuningJobState>().Where(to => TuningTransitions.IsLegal(from, to)));
        }
    }

    [Fact]
    public void EndedStates_LeadNowhere_AndOnlyThey() =>
        Assert.Equal(s_table.Where(row => row.Value.Length is 0).Select(row => row.Key), Enum.GetValues<TuningJobState>().Where(TuningTransitions.IsEnded));
}
