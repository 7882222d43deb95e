namespace Portal.Features.Monitor;

/// <summary>
/// The state of a rule and, of each line, since when what is measured has been on the other side of it than the state says. A line is
/// crossed, in either direction, once that has lasted as long as the rule asks for, so a value that wavers tells nobody anything.
/// </summary>
public readonly record struct AlertTrack(AlertState State, DateTime Since, DateTime? WarnTurnedAt = null, DateTime? AlertTurnedAt = null, DateTime? NoDataTurnedAt = null)
{
    /// <param name="level">What is measured now; null where nothing can be said and nothing shall change.</param>
    public AlertTrack Next(AlertState? level, DateTime now, TimeSpan hold)
    {
        if (level is not { } measured)
        {
            return this;
        }

        var isSilent = measured is AlertState.NoData;
        // Without data nothing says that a line was crossed back.
        var warn = Turned(WarnTurnedAt, State is AlertState.Warn or AlertState.Alert, isSilent ? null : measured is not AlertState.Ok, now);
        var alert = Turned(AlertTurnedAt, State is AlertState.Alert, isSilent ? null : measured is AlertState.Alert, now);
        var noData = Turned(NoDataTurnedAt, State is AlertState.NoData, isSilent, now);
        var state = After(
            (State is AlertState.Warn or AlertState.Alert) ^ Holds(warn, now, hold), (State is AlertState.Alert) ^ Holds(alert, now, hold), (State is AlertState.NoData) ^ Holds(noData, now, hold));
        return state == State ? new AlertTrack(State, Since, warn, alert, noData)
            : new AlertTrack(
                state, now, Carried(warn, state, measured, s => s is AlertState.Warn or AlertState.Alert), Carried(alert, state, measured, s => s is AlertState.Alert), null);
    }

    private static DateTime? Turned(DateTime? since, bool now, bool? measured, DateTime at) => measured is null || measured == now ? null : since ?? at;

    private static bool Holds(DateTime? since, DateTime now, TimeSpan hold) => since is { } from && now - from >= hold;

    private static AlertState After(bool warn, bool alert, bool noData) => noData ? AlertState.NoData : alert ? AlertState.Alert : warn ? AlertState.Warn : AlertState.Ok;

    /// <summary>A line that is still on its way to being crossed keeps its time when another was.</summary>
    private static DateTime? Carried(DateTime? since, AlertState state, AlertState measured, Func<AlertState, bool> isBeyond) =>
        measured is not AlertState.NoData && isBeyond(state) != isBeyond(measured) ? since : null;
}
