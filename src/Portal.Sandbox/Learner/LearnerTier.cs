namespace Portal.Sandbox.Learner;

public enum LearnerTier
{
    FlashLite,
    Flash,
    Pro,
}
