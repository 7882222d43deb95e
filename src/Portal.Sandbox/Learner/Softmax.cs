using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

internal static class Softmax
{
    /// <summary>Turns scores into probabilities in place and says which one leads.</summary>
    public static int Apply(Span<float> scores)
    {
        var best = TensorPrimitives.IndexOfMax<float>(scores);
        TensorPrimitives.Subtract(scores, scores[best], scores);
        TensorPrimitives.Exp<float>(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
        return best;
    }
}
