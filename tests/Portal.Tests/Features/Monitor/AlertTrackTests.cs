using Portal.Features.Monitor;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class AlertTrackTests
{
    private static readonly DateTime s_start = new(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc);

    /// <summary>One letter a minute: o is Ok, w Warn, a Alert, n no data, a dot that nothing can be said.</summary>
    [Theory]
    [InlineData(0, "owaon", "owaon")]
    [InlineData(0, "a.....", "aaaaaa")]
    // It must last, and what wavers begins anew.
    [InlineData(3, "oaaaaa", "ooooaa")]
    [InlineData(3, "aaoaaoaaao", "oooooooooo")]
    // Between warn and alert it wavers, and never comes back below warn: that much is certain.
    [InlineData(3, "wawawawa", "ooowwwww")]
    // Each line keeps its own time: the alert has lasted three minutes at the fourth.
    [InlineData(3, "waaaaaa", "ooowaaa")]
    [InlineData(3, "aaaawwwwoooo", "oooaaaawwwwo")]
    [InlineData(3, "aaaaooooo", "oooaaaaoo")]
    // Without data nothing says that it is over, and nothing that it is not.
    [InlineData(3, "aaaannnnnaaaa", "oooaaaannnnna")]
    [InlineData(3, "aaaannoo", "oooaaaaa")]
    [InlineData(2, "nnnooo", "oonnno")]
    public void Next_MinuteByMinute_ChangesWhenALineWasCrossedForLongEnough(int hold, string measured, string states)
    {
        var (track, seen) = (new AlertTrack(AlertState.Ok, s_start), "");
        for (var minute = 0; minute < measured.Length; minute++)
        {
            track = track.Next(Level(measured[minute]), s_start.AddMinutes(minute), TimeSpan.FromMinutes(hold));
            seen += "owan"[(int)track.State];
        }

        Assert.Equal(states, seen);
    }

    [Theory]
    [InlineData(3, 10, null, AlertState.Ok)]
    // 5 of 50 are 10 % [4.3, 21.4]: that it is more than 5 % is not certain.
    [InlineData(5, 50, null, AlertState.Ok)]
    [InlineData(7, 50, null, AlertState.Warn)]
    [InlineData(12, 50, null, AlertState.Alert)]
    [InlineData(12, 49, NoDataMeaning.Tell, AlertState.NoData)]
    [InlineData(12, 49, NoDataMeaning.Alert, AlertState.Alert)]
    [InlineData(12, 49, NoDataMeaning.Ok, AlertState.Ok)]
    public void Judge_OfARate_CrossesALineWithItsWholeInterval_AndNeedsItsFloor(int errors, int calls, NoDataMeaning? noData, AlertState state) =>
        Assert.Equal(state, (AlertLimits.Usual(AlertMeasure.ErrorRate) with { NoData = noData ?? NoDataMeaning.Ok }).Judge(Figure.Rate(errors, calls)));

    [Fact]
    public void Judge_OfWhatIsBetterMore_LooksBelow_AndOfNoDataStaysWhereItIs()
    {
        var valid = AlertLimits.Usual(AlertMeasure.ValidAnswers);
        var traffic = AlertLimits.Usual(AlertMeasure.Traffic);

        Assert.Equal(AlertState.Ok, valid.Judge(Figure.Rate(98, 100)));
        Assert.Equal(AlertState.Alert, valid.Judge(Figure.Rate(80, 100)));
        Assert.Null(valid.Judge(Figure.Rate(0, 10)));
        Assert.Null(valid.Judge(null));
        Assert.Equal(AlertState.Alert, traffic.Judge(new Figure(0, 0, 0, 0)));
        Assert.Equal(AlertState.Ok, traffic.Judge(new Figure(1, 1, 1, 1)));
    }

    [Fact]
    public void Require_OfEveryUsualRule_IsSilent_AndOfWrongOnesNamesTheFault()
    {
        Assert.All(Enum.GetValues<AlertMeasure>(), measure => AlertLimits.Usual(measure).Require());
        var errors = AlertLimits.Usual(AlertMeasure.ErrorRate);
        foreach (var (wrong, fault) in new[]
        {
            (errors with { Warn = null, Alert = null }, "Set a warn limit"), (errors with { Warn = 0.2 }, "above the warn limit"), (errors with { Alert = 1.1 }, "The alert limit"),
            (errors with { Alert = double.NaN }, "The alert limit"), (errors with { WindowMinutes = 7 }, "windows"), (errors with { Floor = 0 }, "floor"), (errors with { ForMinutes = -1 }, "must hold"),
            (AlertLimits.Usual(AlertMeasure.InputDrift) with { Floor = 10 }, "no mix"), (AlertLimits.Usual(AlertMeasure.CostPerDay) with { WindowMinutes = 60 }, "24 hours"),
            (AlertLimits.Usual(AlertMeasure.ValidAnswers) with { Alert = 0.99 }, "below the warn limit"),
        })
        {
            Assert.Contains(fault, Assert.Throws<PortalException>(wrong.Require).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Entry_OfLimits_WritesThemInTheirUnit_AndBringsThemBack()
    {
        foreach (var measure in Enum.GetValues<AlertMeasure>())
        {
            var limits = AlertLimits.Usual(measure);
            var back = AlertEntry.Of(new AlertDraft("", null, limits, [], [])).ToLimits();
            Assert.Equal((limits.Warn ?? -1, limits.Alert ?? -1), (back.Warn ?? -1, back.Alert ?? -1));
        }
    }

    private static AlertState? Level(char letter) => letter switch { 'o' => AlertState.Ok, 'w' => AlertState.Warn, 'a' => AlertState.Alert, 'n' => AlertState.NoData, _ => null };
}
