using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

public sealed class LearnerTiersTests
{
    [Theory]
    [InlineData("gemini-2.5-flash-lite", LearnerTier.FlashLite)]
    [InlineData("publishers/google/models/gemini-2.5-flash", LearnerTier.Flash)]
    [InlineData("GEMINI-2.5-FLASH", LearnerTier.Flash)]
    [InlineData("gemini-2.5-pro", LearnerTier.Pro)]
    [InlineData("", LearnerTier.Pro)]
    public void FromModelId_Name_IsItsTier(string modelId, LearnerTier tier) => Assert.Equal(tier, LearnerTiers.FromModelId(modelId));
}
