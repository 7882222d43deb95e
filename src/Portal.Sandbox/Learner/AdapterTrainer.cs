using System.Text;

namespace Portal.Sandbox.Learner;

/// <summary>
/// One tuning run, a minibatch at a time. The same rows, settings and step give the same numbers, also after a restart.
/// Not safe for several threads; an <see cref="Adapter"/> is.
/// </summary>
public sealed class AdapterTrainer
{
    private const uint Signature = 0x31545354;

    /// <summary>Measured on 77 intents: 8 numbers leave classes confused, 32 are enough, more help a little.</summary>
    private const int WidthPerAdapterSize = 8;
    private const double BaseRate = 0.5;

    /// <summary>Beyond this nothing is learned any more, and numbers would overflow.</summary>
    private const double MostMultiplier = 1000;

    private readonly IReadOnlyList<TrainingExample> _train;
    private readonly IReadOnlyList<TrainingExample> _validation;
    private readonly LearnerSettings _settings;
    private readonly ITraining _training;
    private readonly Adagrad _descent;
    private int[] _order = [];
    private int _orderOfEpoch = -1;

    private AdapterTrainer(IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation, LearnerSettings settings)
    {
        _train = train;
        _validation = validation;
        _settings = settings;
        StepsPerEpoch = ((train.Count - 1) / settings.BatchSize) + 1;
        var width = settings.AdapterSize * WidthPerAdapterSize;
        var sample = TrainingRows.Sample(validation);
        var freeText = TrainingRows.AreFreeText(train);
        _training = freeText
            ? new RetrievalTraining(train, sample, settings.Tier, width, settings.Seed)
            : new ClassifierTraining(train, sample, settings.Tier, width, settings.Seed);
        _descent = DescentFor(settings, freeText ? BaseRate * RetrievalTraining.RateShare : BaseRate, width, StepsPerEpoch);
    }

    public int StepsPerEpoch { get; }

    public int TotalSteps => StepsPerEpoch * _settings.Epochs;

    public int Step { get; private set; }

    public bool Finished => Step >= TotalSteps;

    public double CurrentEpoch => (double)Step / StepsPerEpoch;

    public static AdapterTrainer Create(
        IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation, LearnerSettings settings)
    {
        settings.Check();
        ArgumentOutOfRangeException.ThrowIfZero(train.Count, nameof(train));
        return new AdapterTrainer(train, validation, settings);
    }

    public StepMetrics TrainStep()
    {
        if (Finished)
        {
            throw new InvalidOperationException("The training has already ended.");
        }

        var (epoch, stepInEpoch) = Math.DivRem(Step, StepsPerEpoch);
        if (_orderOfEpoch != epoch)
        {
            _order = SplitMix.Shuffled(_train.Count, SplitMix.Mix(((ulong)(uint)_settings.Seed << 32) | (uint)epoch));
            _orderOfEpoch = epoch;
        }

        var first = stepInEpoch * _settings.BatchSize;
        var batch = _order.AsSpan(first, Math.Min(_settings.BatchSize, _order.Length - first));
        var tally = _training.Train(batch, _descent);
        Step++;
        return tally.At(Step);
    }

    public StepMetrics Evaluate() => _training.Validate().At(Step);

    public Adapter Snapshot() => new(_training.Freeze());

    public void SaveState(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Signature);
        writer.Write(TrainingRows.Fingerprint(_train, _validation));
        writer.Write((int)_settings.Tier);
        writer.Write(_settings.AdapterSize);
        writer.Write(_settings.Epochs);
        writer.Write(_settings.LearningRateMultiplier);
        writer.Write(_settings.Seed);
        writer.Write(_settings.BatchSize);
        writer.Write(Step);
        _training.Write(writer);
    }

    /// <summary>Takes up a saved training; the rows must be those it was created with.</summary>
    public static AdapterTrainer Restore(
        Stream stream, IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadUInt32() != Signature)
        {
            throw new InvalidDataException("This is not the state of a training.");
        }

        var fingerprint = TrainingRows.Fingerprint(train, validation);
        if (!reader.ReadBytes(fingerprint.Length).AsSpan().SequenceEqual(fingerprint))
        {
            throw new InvalidDataException("The training was saved with other rows.");
        }

        var settings = new LearnerSettings(
            (LearnerTier)reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt32(), reader.ReadInt32());
        var trainer = Create(train, validation, settings);
        trainer.Step = reader.ReadInt32();
        trainer._training.Read(reader);
        return trainer;
    }

    /// <summary>
    /// A wider adapter takes smaller steps, as each of its numbers adds to the same score. The memory of gradients
    /// halves each epoch, however many steps that is.
    /// </summary>
    private static Adagrad DescentFor(LearnerSettings settings, double rate, int width, int stepsPerEpoch)
    {
        var multiplier = Math.Min(settings.LearningRateMultiplier, MostMultiplier);
        return new Adagrad((float)(rate * multiplier / Math.Sqrt(width)), (float)Math.Pow(0.5, 1.0 / stepsPerEpoch));
    }
}
