using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>Softmax over the distinct responses: features, then a narrow embedding, then one score a response.</summary>
internal sealed class ClassifierTraining : ITraining
{
    private const int Unseen = -1;

    private readonly FeatureEncoder _encoder;
    private readonly string[] _responses;
    private readonly (SparseVector Input, int Response)[] _train;
    private readonly (SparseVector Input, int Response)[] _validation;
    private readonly EmbeddingTable _embedding;
    private readonly DenseLayer _output;
    private readonly float[] _hidden;
    private readonly float[] _hiddenSlope;
    private readonly float[] _scores;

    public ClassifierTraining(
        IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation, LearnerTier tier, int width, int seed)
    {
        _encoder = FeatureEncoder.Learn(tier, [.. train.Select(e => e.Input)]);
        _responses = [.. train.Select(e => e.Output).Distinct()];
        var numbers = _responses.Index().ToDictionary(r => r.Item, r => r.Index);
        _train = Encode(train, numbers);
        _validation = Encode(validation, numbers);
        _embedding = new EmbeddingTable(_encoder.Buckets, width, seed);
        _output = new DenseLayer(_responses.Length, width);
        _hidden = new float[width];
        _hiddenSlope = new float[width];
        _scores = new float[_responses.Length];
    }

    public Tally Train(ReadOnlySpan<int> batch, Adagrad step)
    {
        var tally = default(Tally);
        foreach (var row in batch)
        {
            var (input, response) = _train[row];
            tally += Measure(input, response);
            _scores[response] -= 1;
            TensorPrimitives.Divide(_scores, batch.Length, _scores);
            _output.AddGradient(_hidden, _scores, _hiddenSlope);
            _embedding.AddGradient(input, _hiddenSlope);
        }

        _embedding.Apply(step);
        _output.Apply(step);
        return tally;
    }

    public Tally Validate()
    {
        var tally = default(Tally);
        foreach (var (input, response) in _validation)
        {
            tally += response == Unseen ? new Tally(Tally.WorstLoss, 0, 1) : Measure(input, response);
        }

        return tally;
    }

    public IAnswering Freeze() => new Classifier(
        _encoder, _responses, Floats.Rounded(_embedding.Weights), Floats.Rounded(_output.Weights), Floats.Rounded(_output.Bias));

    public void Write(BinaryWriter writer)
    {
        _embedding.Write(writer);
        _output.Write(writer);
    }

    public void Read(BinaryReader reader)
    {
        _embedding.Read(reader);
        _output.Read(reader);
    }

    /// <summary>Leaves the probabilities of all responses in the scores.</summary>
    private Tally Measure(SparseVector input, int response)
    {
        _embedding.Embed(input, _hidden);
        _output.Score(_hidden, _scores);
        var best = Softmax.Apply(_scores);
        return Tally.Of(_scores[response], best == response);
    }

    private (SparseVector Input, int Response)[] Encode(IReadOnlyList<TrainingExample> rows, Dictionary<string, int> numbers) =>
        [.. rows.Select(e => (_encoder.Encode(e.Input), numbers.GetValueOrDefault(e.Output, Unseen)))];
}
