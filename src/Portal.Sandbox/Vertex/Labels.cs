using System.Text.RegularExpressions;

namespace Portal.Sandbox.Vertex;

/// <summary>Google's rules for labels.</summary>
internal static partial class Labels
{
    public const int LongestOnResource = 64;
    public const int LongestOnRequest = 63;

    private const int Most = 64;

    /// <returns>What is wrong, or null.</returns>
    public static string? Fault(IReadOnlyDictionary<string, string> labels, int longest) =>
        labels.Count > Most ? $"There are more than {Most} labels."
        : labels.Keys.FirstOrDefault(key => key.Length > longest || !Key().IsMatch(key)) is { } badKey
            ? $"Label key \"{badKey}\" is invalid: up to {longest} lowercase letters, digits, underscores and dashes, beginning with a letter."
        : labels.FirstOrDefault(label => label.Value.Length > longest || !Value().IsMatch(label.Value)) is { Key: { } key } bad
            ? $"Label value \"{bad.Value}\" of \"{key}\" is invalid: up to {longest} lowercase letters, digits, underscores and dashes."
        : null;

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}0-9_-]*\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}0-9_-]*\z")]
    private static partial Regex Value();
}
