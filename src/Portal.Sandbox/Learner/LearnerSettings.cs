namespace Portal.Sandbox.Learner;

public sealed record LearnerSettings(
    LearnerTier Tier,
    int AdapterSize,
    int Epochs,
    double LearningRateMultiplier,
    int Seed,
    int BatchSize = 16)
{
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(AdapterSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(AdapterSize, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (!double.IsFinite(LearningRateMultiplier) || LearningRateMultiplier <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(LearningRateMultiplier));
        }
    }
}
