namespace Portal.Features.Data;

/// <summary>What a glance at a row's texts tells, one bit each. Most send the row on to a closer look that only few rows need.</summary>
[Flags]
internal enum RowTraits
{
    None = 0,
    NonAscii = 1 << 0,

    /// <summary>A control character other than tab and line ends.</summary>
    Control = 1 << 1,
    At = 1 << 2,

    /// <summary>Digits enough for a telephone, with or without separators between them.</summary>
    LongNumber = 1 << 3,

    /// <summary>A word such as keys, hashes and identity codes are: letters and digits in one.</summary>
    OddWord = 1 << 4,

    /// <summary>A first name, a title, or a word that leads to one.</summary>
    NameWord = 1 << 5,

    /// <summary>A word that stands before passwords, keys or numbers of health.</summary>
    SecretWord = 1 << 6,

    /// <summary>A word of the list that safety filters know.</summary>
    UnsafeWord = 1 << 7,
    CarriageReturn = 1 << 8,
    LineFeed = 1 << 9,
    Address = 1 << 10,
    MayBePersonal = At | LongNumber | OddWord | NameWord | SecretWord | Address,
}
