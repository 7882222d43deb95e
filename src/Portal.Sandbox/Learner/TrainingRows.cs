using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Portal.Sandbox.Learner;

/// <summary>What the rows of a tuning file decide about how they are learned.</summary>
internal static class TrainingRows
{
    private const int MostClasses = 1000;
    private const int ValidationSample = 1000;

    /// <summary>
    /// Responses are classes while there are at most 1,000 of them and, on average, each has at least two rows;
    /// otherwise they are free text, and the best that a model of this size can do is to find a fitting one.
    /// </summary>
    public static bool AreFreeText(IReadOnlyList<TrainingExample> rows)
    {
        var distinct = rows.Select(r => r.Output).Distinct().Count();
        return distinct > MostClasses || (distinct > 1 && distinct * 2 > rows.Count);
    }

    /// <summary>At most 1,000 rows, the same ones each time, so that the points of a curve can be compared.</summary>
    public static IReadOnlyList<TrainingExample> Sample(IReadOnlyList<TrainingExample> rows) => rows.Count <= ValidationSample
        ? rows
        : [.. SplitMix.Shuffled(rows.Count, seed: 0).Take(ValidationSample).Order().Select(row => rows[row])];

    public static byte[] Fingerprint(IReadOnlyList<TrainingExample> train, IReadOnlyList<TrainingExample> validation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in train.Concat(validation).SelectMany(e => new[] { e.Input, e.Output }))
        {
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        return hash.GetHashAndReset();
    }
}
