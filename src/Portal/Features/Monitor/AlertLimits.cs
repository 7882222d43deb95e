namespace Portal.Features.Monitor;

public enum AlertMeasure
{
    ErrorRate,
    LatencyP95,
    CostPerDay,
    SafetyBlocks,
    ValidAnswers,
    BadFeedback,
    InputDrift,
    Traffic,
}

public enum AlertState
{
    Ok,
    Warn,
    Alert,
    NoData,
}

/// <summary>What it means where there are too few samples to judge.</summary>
public enum NoDataMeaning
{
    /// <summary>A state of its own, which is told like the others.</summary>
    Tell,

    /// <summary>The rule stays as it is.</summary>
    Keep,

    /// <summary>As if all were well.</summary>
    Ok,

    /// <summary>As if the alert limit were crossed.</summary>
    Alert,
}

/// <summary>What a rule measures and where it draws its lines.</summary>
/// <param name="Warn">Shares between 0 and 1, latencies in milliseconds, costs in USD; null where there is no such line.</param>
/// <param name="Floor">Fewer samples than this are no data.</param>
/// <param name="ForMinutes">How long another state must hold before it is taken for one.</param>
public sealed record AlertLimits(AlertMeasure Measure, int WindowMinutes, double? Warn, double? Alert, int Floor, int ForMinutes, NoDataMeaning NoData)
{
    public const int DayMinutes = 24 * 60;

    /// <summary>Multiples of what calls are added up in, so that a window is a whole number of slices.</summary>
    public static readonly IReadOnlyList<int> Windows = [15, 30, 60, 180, 360, 720, DayMinutes];

    public static readonly IReadOnlyList<int> Holds = [0, 5, 10, 15, 30, 60, 180];

    /// <summary>Worse is less for these, and more for all others.</summary>
    public bool IsFloorLike => Measure is AlertMeasure.ValidAnswers or AlertMeasure.Traffic;

    public bool IsShare => Measure is AlertMeasure.ErrorRate or AlertMeasure.SafetyBlocks or AlertMeasure.ValidAnswers or AlertMeasure.BadFeedback;

    /// <summary>Where nothing is counted, that is the measure.</summary>
    public bool HasNoData => Measure is not (AlertMeasure.Traffic or AlertMeasure.CostPerDay);

    public TimeSpan Window => TimeSpan.FromMinutes(WindowMinutes);

    public TimeSpan Hold => TimeSpan.FromMinutes(ForMinutes);

    public static AlertLimits Usual(AlertMeasure measure) => measure switch
    {
        AlertMeasure.ErrorRate => new(measure, 60, 0.05, 0.1, 50, 5, NoDataMeaning.Keep),
        AlertMeasure.LatencyP95 => new(measure, 60, 5_000, 10_000, 50, 5, NoDataMeaning.Keep),
        AlertMeasure.CostPerDay => new(measure, DayMinutes, 50, 100, 1, 0, NoDataMeaning.Ok),
        AlertMeasure.SafetyBlocks => new(measure, 360, 0.02, 0.05, 50, 5, NoDataMeaning.Keep),
        AlertMeasure.ValidAnswers => new(measure, 60, 0.98, 0.95, 50, 5, NoDataMeaning.Keep),
        AlertMeasure.BadFeedback => new(measure, DayMinutes, 0.2, 0.3, 20, 15, NoDataMeaning.Keep),
        AlertMeasure.InputDrift => new(measure, DayMinutes, StabilityIndex.SmallShift, StabilityIndex.LargeShift, 200, 60, NoDataMeaning.Keep),
        AlertMeasure.Traffic => new(measure, 60, null, 1, 1, 0, NoDataMeaning.Ok),
        _ => throw new ArgumentOutOfRangeException(nameof(measure), measure, null),
    };

    /// <summary>
    /// A line is crossed where the whole interval is beyond it: what chance alone may bring fires nothing.
    /// </summary>
    /// <param name="figure">Null where nothing was measured.</param>
    /// <returns>Null where the rule stays as it is.</returns>
    public AlertState? Judge(Figure? figure)
    {
        if (figure is null || (HasNoData && figure.Count < Floor))
        {
            return NoData switch
            {
                NoDataMeaning.Keep => null,
                NoDataMeaning.Ok => AlertState.Ok,
                NoDataMeaning.Alert => AlertState.Alert,
                _ => AlertState.NoData,
            };
        }

        return IsBeyond(figure, Alert) ? AlertState.Alert : IsBeyond(figure, Warn) ? AlertState.Warn : AlertState.Ok;
    }

    public void Require()
    {
        _ = this switch
        {
            _ when !Enum.IsDefined(Measure) || !Enum.IsDefined(NoData) => throw new PortalException("There is no such measure. Load the page again and choose one from the list."),
            _ when !Windows.Contains(WindowMinutes) => throw new PortalException("Choose one of the windows in the list."),
            { Measure: AlertMeasure.CostPerDay, WindowMinutes: not DayMinutes } => throw new PortalException("The cost per day is measured over 24 hours. Choose that window."),
            { ForMinutes: < 0 or > DayMinutes } => throw new PortalException("How long it must hold is between 0 minutes and a day."),
            { Floor: < 1 or > 1_000_000 } => throw new PortalException("The floor is between 1 and 1,000,000 samples."),
            { Measure: AlertMeasure.InputDrift, Floor: < StabilityIndex.FewestCalls } => throw new PortalException($"Of fewer than {StabilityIndex.FewestCalls} calls no mix can be told. Raise the floor."),
            { Warn: null, Alert: null } => throw new PortalException("Set a warn limit, an alert limit, or both."),
            _ => true,
        };
        RequireLine("warn", Warn);
        RequireLine("alert", Alert);
        if (Warn is { } warn && Alert is { } alert && (IsFloorLike ? alert >= warn : alert <= warn))
        {
            throw new PortalException(IsFloorLike ? "Less is worse here, so the alert limit is below the warn limit." : "More is worse here, so the alert limit is above the warn limit.");
        }
    }

    private bool IsBeyond(Figure figure, double? line) => line is { } limit && (IsFloorLike ? figure.High < limit : figure.Low > limit);

    private void RequireLine(string name, double? line)
    {
        if (line is not { } limit)
        {
            return;
        }

        var (low, high, words) = Measure switch
        {
            AlertMeasure.LatencyP95 => (1.0, 600_000, "between 1 ms and 10 minutes"),
            AlertMeasure.CostPerDay => (0.0, 1_000_000_000, "an amount of USD"),
            AlertMeasure.InputDrift => (0.01, 10, "an index between 0.01 and 10"),
            AlertMeasure.Traffic => (1, 1_000_000_000, "a number of calls, 1 or more"),
            _ => (0.0, 1, "between 0 and 100 %"),
        };
        if (!(limit >= low && limit <= high))
        {
            throw new PortalException($"The {name} limit must be {words}.");
        }
    }
}
