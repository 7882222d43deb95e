using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>The second half of the low-rank adapter: a score for each response from the narrow embedding. It starts at zero.</summary>
internal sealed class DenseLayer(int outputs, int width)
{
    private readonly float[] _weights = new float[outputs * width];
    private readonly float[] _weightHistory = new float[outputs * width];
    private readonly float[] _weightGradient = new float[outputs * width];
    private readonly float[] _bias = new float[outputs];
    private readonly float[] _biasHistory = new float[outputs];
    private readonly float[] _biasGradient = new float[outputs];

    public ReadOnlySpan<float> Weights => _weights;

    public ReadOnlySpan<float> Bias => _bias;

    public static void Score(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> hidden, Span<float> scores)
    {
        for (var output = 0; output < scores.Length; output++)
        {
            scores[output] = bias[output] + TensorPrimitives.Dot(hidden, weights.Slice(output * hidden.Length, hidden.Length));
        }
    }

    public void Score(ReadOnlySpan<float> hidden, Span<float> scores) => Score(_weights, _bias, hidden, scores);

    /// <summary>Takes the slope of the loss by each score and gives its slope by the embedding.</summary>
    public void AddGradient(ReadOnlySpan<float> hidden, ReadOnlySpan<float> scoreSlopes, Span<float> hiddenSlope)
    {
        TensorPrimitives.Add(_biasGradient, scoreSlopes, _biasGradient);
        hiddenSlope.Clear();
        for (var output = 0; output < scoreSlopes.Length; output++)
        {
            var gradient = _weightGradient.AsSpan(output * width, width);
            TensorPrimitives.MultiplyAdd(hidden, scoreSlopes[output], gradient, gradient);
            TensorPrimitives.MultiplyAdd(_weights.AsSpan(output * width, width), scoreSlopes[output], hiddenSlope, hiddenSlope);
        }
    }

    public void Apply(Adagrad step)
    {
        step.Apply(_weights, _weightHistory, _weightGradient);
        step.Apply(_bias, _biasHistory, _biasGradient);
    }

    public void Write(BinaryWriter writer)
    {
        Floats.Write(writer, _weights);
        Floats.Write(writer, _weightHistory);
        Floats.Write(writer, _bias);
        Floats.Write(writer, _biasHistory);
    }

    public void Read(BinaryReader reader)
    {
        Floats.Read(reader, _weights);
        Floats.Read(reader, _weightHistory);
        Floats.Read(reader, _bias);
        Floats.Read(reader, _biasHistory);
    }
}
