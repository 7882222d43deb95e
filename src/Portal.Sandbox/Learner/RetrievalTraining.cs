using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>
/// For free text: an input and its response are drawn together, and an input and the other responses of its batch apart.
/// </summary>
internal sealed class RetrievalTraining : ITraining
{
    /// <summary>Its loss is steep, so it takes smaller steps than a classifier.</summary>
    public const double RateShare = 0.2;

    private const float Sharpness = 1 / Retriever.Temperature;
    private const int ValidationBatch = 16;

    private readonly FeatureEncoder _inputEncoder;
    private readonly FeatureEncoder _responseEncoder;
    private readonly EmbeddingTable _inputs;
    private readonly EmbeddingTable _responses;
    private readonly Row[] _train;
    private readonly Row[] _validation;
    private readonly int _width;

    public RetrievalTraining(
        IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation, LearnerTier tier, int width, int seed)
    {
        _width = width;
        _inputEncoder = FeatureEncoder.Learn(tier, [.. train.Select(e => e.Input)]);
        _responseEncoder = FeatureEncoder.Learn(tier, [.. train.Select(e => e.Output)]);
        _inputs = new EmbeddingTable(_inputEncoder.Buckets, width, seed);
        _responses = new EmbeddingTable(_responseEncoder.Buckets, width, seed);
        _train = Encode(train);
        _validation = Encode(validation);
    }

    public Tally Train(ReadOnlySpan<int> batch, Adagrad step)
    {
        var rows = new Row[batch.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = _train[batch[i]];
        }

        var pairs = new ContrastiveBatch(rows.Length, DistinctResponses(rows, out var targets), _width);
        Embed(rows, targets, pairs);
        var tally = pairs.Compare(targets, Sharpness);
        pairs.Backward(Sharpness);
        for (var i = 0; i < rows.Length; i++)
        {
            _inputs.AddGradient(rows[i].Input, pairs.InputSlope(i));
        }

        for (var i = 0; i < rows.Length; i++)
        {
            if (Array.IndexOf(targets, targets[i]) == i)
            {
                _responses.AddGradient(rows[i].Response, pairs.ResponseSlope(targets[i]));
            }
        }

        _inputs.Apply(step);
        _responses.Apply(step);
        return tally;
    }

    public Tally Validate()
    {
        var tally = default(Tally);
        foreach (var rows in _validation.Chunk(ValidationBatch))
        {
            var pairs = new ContrastiveBatch(rows.Length, DistinctResponses(rows, out var targets), _width);
            Embed(rows, targets, pairs);
            tally += pairs.Compare(targets, Sharpness);
        }

        return tally;
    }

    /// <summary>A candidate lies where its response and the input it answered lie: measured, either alone finds less.</summary>
    public IAnswering Freeze()
    {
        var candidates = _train.DistinctBy(r => r.Text).Take(Retriever.MaxCandidates).ToArray();
        var responses = new float[candidates.Length * _width];
        var inputs = new float[candidates.Length * _width];
        for (var i = 0; i < candidates.Length; i++)
        {
            var response = responses.AsSpan(i * _width, _width);
            _responses.Embed(candidates[i].Response, response);
            Unit.Normalize(response);
            var input = inputs.AsSpan(i * _width, _width);
            _inputs.Embed(candidates[i].Input, input);
            Unit.Normalize(input);
            TensorPrimitives.Add(input, response, response);
        }

        return new Retriever(
            _inputEncoder, [.. candidates.Select(c => c.Text)], Floats.Rounded(_inputs.Weights), Floats.Rounded(responses));
    }

    public void Write(BinaryWriter writer)
    {
        _inputs.Write(writer);
        _responses.Write(writer);
    }

    public void Read(BinaryReader reader)
    {
        _inputs.Read(reader);
        _responses.Read(reader);
    }

    private void Embed(Row[] rows, int[] targets, ContrastiveBatch pairs)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            _inputs.Embed(rows[i].Input, pairs.Input(i));
            _responses.Embed(rows[i].Response, pairs.Response(targets[i]));
        }
    }

    /// <summary>Rows that share a response share its number, so that a right answer is never pushed away.</summary>
    private static int DistinctResponses(Row[] rows, out int[] targets)
    {
        var numbers = new Dictionary<string, int>();
        targets = Array.ConvertAll(rows, r => numbers.TryGetValue(r.Text, out var number) ? number : numbers[r.Text] = numbers.Count);
        return numbers.Count;
    }

    private Row[] Encode(IReadOnlyList<TrainingExample> rows) =>
        [.. rows.Select(e => new Row(_inputEncoder.Encode(e.Input), _responseEncoder.Encode(e.Output), e.Output))];

    private sealed record Row(SparseVector Input, SparseVector Response, string Text);
}
