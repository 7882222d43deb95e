namespace Portal.Features.Model;

/// <summary>What the ladder says after a rung.</summary>
public enum Verdict
{
    /// <summary>Good enough even at the low end of the interval: nothing dearer is needed.</summary>
    Stop,

    /// <summary>Not good enough even at the high end: the next rung is worth its price.</summary>
    Climb,

    /// <summary>The target lies inside the interval: these rows cannot tell.</summary>
    NotEnoughData,
}

public static class VerdictRule
{
    public static Verdict Decide(double low, double high, double target) =>
        low >= target ? Verdict.Stop : high < target ? Verdict.Climb : Verdict.NotEnoughData;

    /// <summary>
    /// Rows from which a score that stays as it is could be told from the target. Wilson's interval leaves the target out
    /// exactly when (share − target)² ≥ z² · target · (1 − target) / n. Null where no number of rows would do.
    /// </summary>
    public static long? RowsNeeded(double share, double target, double confidence = 0.95)
    {
        var distance = Math.Abs(share - target);
        if (distance < 1e-4)
        {
            return null;
        }

        var z = Wilson.Z(confidence);
        return (long)Math.Ceiling(z * z * target * (1 - target) / (distance * distance));
    }
}
