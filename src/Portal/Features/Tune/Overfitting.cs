namespace Portal.Features.Tune;

/// <summary>Where the model began to learn its rows by heart: the step of the lowest validation loss, and how far the loss has risen since.</summary>
public sealed record Overfitting(long FromStep, double Lowest, double Latest)
{
    /// <summary>A rise below this share of the lowest loss is within what a curve does by itself.</summary>
    public const double ClearRise = 0.05;

    private const int PointsAfter = 2;

    public double Rise => (Latest - Lowest) / Lowest;

    /// <summary>
    /// Called when the validation loss has turned and stays up: at least two measurements after the lowest, and the mean of the last two
    /// is 5 % above it. The training loss must not have risen with it, else the training as a whole has gone astray, which is another fault.
    /// </summary>
    public static Overfitting? Find(IReadOnlyList<CurvePoint> train, IReadOnlyList<CurvePoint> validation)
    {
        var curve = validation.Where(p => double.IsFinite(p.Value)).OrderBy(p => p.Step).ToList();
        if (curve.Count <= PointsAfter)
        {
            return null;
        }

        var lowest = curve.MinBy(p => p.Value);
        var after = curve.Where(p => p.Step > lowest.Step).ToList();
        if (after.Count < PointsAfter || lowest.Value <= 0)
        {
            return null;
        }

        var latest = after.TakeLast(PointsAfter).Average(p => p.Value);
        return latest >= lowest.Value * (1 + ClearRise) && !HasRisen(train, lowest.Step) ? new Overfitting(lowest.Step, lowest.Value, latest) : null;
    }

    private static bool HasRisen(IReadOnlyList<CurvePoint> train, long step)
    {
        var finite = train.Where(p => double.IsFinite(p.Value)).OrderBy(p => p.Step).ToList();
        var (before, after) = (finite.Where(p => p.Step <= step).TakeLast(5).ToList(), finite.Where(p => p.Step > step).TakeLast(5).ToList());
        return before.Count > 0 && after.Count > 0 && after.Average(p => p.Value) > before.Average(p => p.Value) * (1 + ClearRise);
    }
}
