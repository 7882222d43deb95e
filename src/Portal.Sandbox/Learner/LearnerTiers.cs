namespace Portal.Sandbox.Learner;

public static class LearnerTiers
{
    public static LearnerTier FromModelId(string modelId)
    {
        if (modelId.Contains("flash-lite", StringComparison.OrdinalIgnoreCase))
        {
            return LearnerTier.FlashLite;
        }

        return modelId.Contains("flash", StringComparison.OrdinalIgnoreCase) ? LearnerTier.Flash : LearnerTier.Pro;
    }
}
