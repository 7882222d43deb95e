namespace Portal.Sandbox.Learner;

/// <summary>A model while it learns; the rows are its own, and a batch names them by number.</summary>
internal interface ITraining
{
    Tally Train(ReadOnlySpan<int> batch, Adagrad step);

    Tally Validate();

    /// <summary>What it knows now, fixed and safe to ask from many threads.</summary>
    IAnswering Freeze();

    void Write(BinaryWriter writer);

    void Read(BinaryReader reader);
}
