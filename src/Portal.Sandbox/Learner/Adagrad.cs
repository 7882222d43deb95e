using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>
/// Gradient descent with smaller steps where gradients have been large. Plain Adagrad adds up gradients for ever and so
/// comes to rest; here the memory fades by <paramref name="Keep"/> a step, so that training too long does harm, as it does with a large model.
/// </summary>
internal readonly record struct Adagrad(float Rate, float Keep)
{
    private const float Floor = 1e-8f;
    private const int Stride = 256;

    /// <summary>The gradient is cleared for the next batch.</summary>
    public void Apply(Span<float> weights, Span<float> history, Span<float> gradient)
    {
        TensorPrimitives.Multiply(history, Keep, history);
        TensorPrimitives.MultiplyAdd(gradient, gradient, history, history);
        Span<float> root = stackalloc float[Stride];
        for (var at = 0; at < weights.Length; at += Stride)
        {
            var length = Math.Min(Stride, weights.Length - at);
            var part = root[..length];
            var slope = gradient.Slice(at, length);
            TensorPrimitives.Sqrt(history.Slice(at, length), part);
            TensorPrimitives.Add(part, Floor, part);
            TensorPrimitives.Divide(slope, part, slope);
            TensorPrimitives.MultiplyAdd(slope, -Rate, weights.Slice(at, length), weights.Slice(at, length));
        }

        gradient.Clear();
    }
}
