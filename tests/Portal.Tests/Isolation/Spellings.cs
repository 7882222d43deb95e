namespace Portal.Tests.Isolation;

/// <summary>Ids of the other customer, as somebody might write them who hopes that one spelling slips through.</summary>
internal static class Spellings
{
    public static readonly IReadOnlyList<(string Name, Func<string, string> Of)> All =
    [
        ("in capitals", id => id.ToUpperInvariant()), ("with a space", id => id + " "), ("with a dot", id => id + "."), ("in braces", id => $"{{{id}}}"),
        ("percent-encoded", id => id.Replace("_", "%5f", StringComparison.Ordinal)), ("with %00", id => id + "%00"), ("with a null", id => id + "\0"),
        ("full-width", id => new string([.. id.Select(c => char.IsAsciiDigit(c) ? (char)(c + 0xFEE0) : c)])), ("too long", id => id + new string('0', 5_000)),
        ("half a letter", id => id + "\uD800"), ("an empty GUID", _ => Guid.Empty.ToString()), ("a number too large", _ => "99999999999999999999"), ("nothing", _ => ""),
    ];
}
