namespace Portal.Features.Data;

/// <summary>What is remembered of a row beside its print, in forty bytes.</summary>
internal struct RowFact
{
    public int Number;
    public RowMarks Marks;
    public ulong Input;
    public ulong Output;
    public int InputLength;
    public int OutputLength;

    /// <summary>A number of <see cref="LanguageGuess"/>.</summary>
    public byte Language;

    /// <summary>The sign in which the input ends, as a class.</summary>
    public PromptEnding Ending;

    /// <summary>The split the file gives it to, from 1 in the order of <see cref="Split"/>; 0 for none.</summary>
    public byte Given;

    public readonly bool IsUsable => (Marks & RowMarks.Unusable) is 0;
}

/// <summary>How an input ends. A file that ends nearly all of them in one way should end all of them so.</summary>
internal enum PromptEnding : byte
{
    Other,
    Hashes,
    Arrow,
    Colon,
    LineFeed,
}
