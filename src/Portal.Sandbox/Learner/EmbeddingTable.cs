using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>One trainable row of numbers for each feature: the first half of the low-rank adapter.</summary>
internal sealed class EmbeddingTable
{
    private readonly float[] _weights;
    private readonly float[] _history;
    private readonly int[] _slots;
    private readonly List<int> _touched = [];
    private float[] _gradients = [];

    /// <summary>
    /// A row starts from its bucket and the seed alone, so two tables start alike where their words are alike.
    /// </summary>
    public EmbeddingTable(int[] buckets, int width, int seed)
    {
        Width = width;
        _weights = new float[buckets.Length * width];
        _history = new float[_weights.Length];
        _slots = new int[buckets.Length];
        var scale = 1 / MathF.Sqrt(width);
        for (var row = 0; row < buckets.Length; row++)
        {
            var random = new SplitMix(SplitMix.Mix(((ulong)(uint)seed << 32) | (uint)buckets[row]));
            foreach (ref var weight in _weights.AsSpan(row * width, width))
            {
                weight = random.NextSigned() * scale;
            }
        }
    }

    public int Width { get; }

    public ReadOnlySpan<float> Weights => _weights;

    public static void Embed(ReadOnlySpan<float> weights, SparseVector input, Span<float> sum)
    {
        sum.Clear();
        for (var i = 0; i < input.Rows.Length; i++)
        {
            TensorPrimitives.MultiplyAdd(weights.Slice(input.Rows[i] * sum.Length, sum.Length), input.Values[i], sum, sum);
        }
    }

    public void Embed(SparseVector input, Span<float> sum) => Embed(_weights, input, sum);

    public void AddGradient(SparseVector input, ReadOnlySpan<float> slope)
    {
        for (var i = 0; i < input.Rows.Length; i++)
        {
            var gradient = GradientOf(input.Rows[i]);
            TensorPrimitives.MultiplyAdd(slope, input.Values[i], gradient, gradient);
        }
    }

    /// <summary>Only rows that the batch touched move, and only their memory fades.</summary>
    public void Apply(Adagrad step)
    {
        for (var slot = 0; slot < _touched.Count; slot++)
        {
            var first = _touched[slot] * Width;
            step.Apply(_weights.AsSpan(first, Width), _history.AsSpan(first, Width), _gradients.AsSpan(slot * Width, Width));
            _slots[_touched[slot]] = 0;
        }

        _touched.Clear();
    }

    public void Write(BinaryWriter writer)
    {
        Floats.Write(writer, _weights);
        Floats.Write(writer, _history);
    }

    public void Read(BinaryReader reader)
    {
        Floats.Read(reader, _weights);
        Floats.Read(reader, _history);
    }

    private Span<float> GradientOf(int row)
    {
        if (_slots[row] == 0)
        {
            _touched.Add(row);
            _slots[row] = _touched.Count;
            if (_touched.Count * Width > _gradients.Length)
            {
                Array.Resize(ref _gradients, Math.Max(256 * Width, _gradients.Length * 2));
            }
        }

        return _gradients.AsSpan((_slots[row] - 1) * Width, Width);
    }
}
