using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>The embeddings of one batch, and the slope of its in-batch softmax by each of them.</summary>
internal sealed class ContrastiveBatch(int inputs, int responses, int width)
{
    private readonly float[] _inputs = new float[inputs * width];
    private readonly float[] _inputLengths = new float[inputs];
    private readonly float[] _inputSlopes = new float[inputs * width];
    private readonly float[] _responses = new float[responses * width];
    private readonly float[] _responseLengths = new float[responses];
    private readonly float[] _responseSlopes = new float[responses * width];
    private readonly float[] _scores = new float[inputs * responses];

    public Span<float> Input(int row) => _inputs.AsSpan(row * width, width);

    public Span<float> Response(int number) => _responses.AsSpan(number * width, width);

    public ReadOnlySpan<float> InputSlope(int row) => _inputSlopes.AsSpan(row * width, width);

    public ReadOnlySpan<float> ResponseSlope(int number) => _responseSlopes.AsSpan(number * width, width);

    /// <summary>Measures how well each input finds its response among those of the batch.</summary>
    public Tally Compare(int[] targets, float sharpness)
    {
        for (var i = 0; i < inputs; i++)
        {
            _inputLengths[i] = Unit.Normalize(Input(i));
        }

        for (var j = 0; j < responses; j++)
        {
            _responseLengths[j] = Unit.Normalize(Response(j));
        }

        var tally = default(Tally);
        for (var i = 0; i < inputs; i++)
        {
            var scores = _scores.AsSpan(i * responses, responses);
            for (var j = 0; j < responses; j++)
            {
                scores[j] = sharpness * TensorPrimitives.Dot<float>(Input(i), Response(j));
            }

            var best = Softmax.Apply(scores);
            tally += Tally.Of(scores[targets[i]], best == targets[i]);
            scores[targets[i]] -= 1;
        }

        return tally;
    }

    public void Backward(float sharpness)
    {
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < responses; j++)
            {
                var slope = sharpness * _scores[(i * responses) + j] / inputs;
                var (input, response) = (_inputSlopes.AsMemory(i * width, width), _responseSlopes.AsMemory(j * width, width));
                TensorPrimitives.MultiplyAdd(Response(j), slope, input.Span, input.Span);
                TensorPrimitives.MultiplyAdd(Input(i), slope, response.Span, response.Span);
            }
        }

        for (var i = 0; i < inputs; i++)
        {
            Unit.Backward(Input(i), _inputLengths[i], _inputSlopes.AsSpan(i * width, width));
        }

        for (var j = 0; j < responses; j++)
        {
            Unit.Backward(Response(j), _responseLengths[j], _responseSlopes.AsSpan(j * width, width));
        }
    }
}
