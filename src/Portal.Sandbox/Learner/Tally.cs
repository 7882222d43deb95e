namespace Portal.Sandbox.Learner;

/// <summary>Summed loss and right answers of some rows.</summary>
internal readonly record struct Tally(double Loss, int Correct, int Predictions)
{
    /// <summary>What an answer costs that the model cannot give at all, or holds for all but impossible.</summary>
    public const double WorstLoss = 25;

    public static Tally operator +(Tally left, Tally right) =>
        new(left.Loss + right.Loss, left.Correct + right.Correct, left.Predictions + right.Predictions);

    public static Tally Of(float probability, bool correct) =>
        new(Math.Min(-Math.Log(probability), WorstLoss), correct ? 1 : 0, 1);

    public StepMetrics At(int step) => Predictions == 0
        ? new StepMetrics(step, 0, 0, 0)
        : new StepMetrics(step, Loss / Predictions, (double)Correct / Predictions, Predictions);
}
