namespace Portal.Features.Data;

/// <summary>How much of a text is shown among others: a circuit is no place for megabytes.</summary>
internal static class ShownText
{
    /// <summary>Asked of the database: one character more than is shown tells that there is more.</summary>
    public const int Fetched = 2_001;

    public static string Cut(string text) => text.Length < Fetched ? text : string.Concat(text.AsSpan(0, Fetched - 1), "…");
}
