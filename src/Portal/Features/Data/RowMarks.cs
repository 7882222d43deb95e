namespace Portal.Features.Data;

/// <summary>What is to be said about a row, one bit each: the rows of a finding are those that carry its bit.</summary>
[Flags]
internal enum RowMarks : uint
{
    None = 0,
    EmptyInput = 1 << 0,
    EmptyOutput = 1 << 1,
    Nul = 1 << 2,
    Unreadable = 1 << 3,
    TooLong = 1 << 4,
    OverTokens = 1 << 5,
    Control = 1 << 6,
    EncodingDamage = 1 << 7,
    TrivialOutput = 1 << 8,
    Unsafe = 1 << 9,
    CarriageReturn = 1 << 10,
    LineFeed = 1 << 11,
    PaddedOutput = 1 << 12,
    Flattened = 1 << 13,

    /// <summary>The kinds of personal data follow, in the order of <see cref="PersonalKind"/>.</summary>
    Person = 1 << 16,
    Secret = 1 << 23,
    Personal = 0xFF << 16,

    /// <summary>One of its files is not there, leads elsewhere, could be several, or is none that is known.</summary>
    MediaMissing = 1 << 24,
    MediaAddress = 1 << 25,
    MediaUnclear = 1 << 26,
    MediaUnreadable = 1 << 27,
    MediaOtherwise = 1 << 28,

    /// <summary>No model takes its files; some do not.</summary>
    MediaOverLimit = 1 << 29,
    MediaForSome = 1 << 30,

    /// <summary>With one of these a row takes no part.</summary>
    Unusable = EmptyInput | EmptyOutput | Nul | Unreadable | TooLong | MediaMissing | MediaAddress | MediaUnclear | MediaUnreadable,
}
