using System.Globalization;
using Portal.Features.Data;

namespace Portal.Features.Monitor;

/// <summary>
/// A sample of a text's hashed word pairs, chosen by the hash alone, so that what is picked from a call is picked from the training
/// rows as well: the share of it that they do not have is the share of pairs that are new.
/// </summary>
internal static class CallSketch
{
    public const int Most = 32;

    private const uint OneOf = 4;

    public static bool IsPicked(uint pair) => pair % OneOf is 0;

    public static string Of(TextScan scan)
    {
        var picked = scan.Pairs.ToArray().Where(IsPicked).Distinct().Order().Take(Most);
        return string.Concat(picked.Select(p => p.ToString("x8", CultureInfo.InvariantCulture)));
    }

    public static IEnumerable<uint> Read(string sketch)
    {
        for (var i = 0; i + 8 <= sketch.Length; i += 8)
        {
            if (uint.TryParse(sketch.AsSpan(i, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var pair))
            {
                yield return pair;
            }
        }
    }
}
