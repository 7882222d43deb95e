namespace Portal.Features.Data;

/// <summary>How much of a text is shown among others: a circuit is no place for megabytes.</summary>
internal static class ShownText
{
    /// <summary>Asked of the database: one character more than is shown tells that there is more.</summary>
    public const int Fetched = 2_001;

    public static string Cut(string fetched) => fetched.Length < Fetched ? fetched : string.Concat(fetched.AsSpan(0, Fetched - 1), "…");

    /// <summary>The same of a text that is here already.</summary>
    public static string Short(string text) => text.Length < Fetched ? text : string.Concat(text.AsSpan(0, Fetched - 1), "…");
}
