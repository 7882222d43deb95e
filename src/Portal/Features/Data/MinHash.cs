using System.Runtime.Intrinsics;

namespace Portal.Features.Data;

/// <summary>
/// MinHash of a set of word pairs under 64 hash functions, folded into 16 keys of 4 each: two texts that share four fifths of their
/// pairs agree in a key with a probability of 99.98 %. Eight functions are computed at once.
/// </summary>
internal static class MinHash
{
    public const int Keys = 16;
    private const int Functions = 64;
    private const int Lanes = 8;

    private static readonly uint[] s_masks = Constants(20_261, odd: false);
    private static readonly uint[] s_factors = Constants(77_003, odd: true);

    public static void Fill(ReadOnlySpan<uint> pairs, Span<uint> keys)
    {
        Span<uint> least = stackalloc uint[Functions];
        for (var at = 0; at < Functions; at += 2 * Lanes)
        {
            var (mask0, factor0) = (Vector256.Create<uint>(s_masks.AsSpan(at)), Vector256.Create<uint>(s_factors.AsSpan(at)));
            var (mask1, factor1) = (Vector256.Create<uint>(s_masks.AsSpan(at + Lanes)), Vector256.Create<uint>(s_factors.AsSpan(at + Lanes)));
            var (least0, least1) = (Vector256<uint>.AllBitsSet, Vector256<uint>.AllBitsSet);
            foreach (var pair in pairs)
            {
                var value = Vector256.Create(pair);
                least0 = Vector256.Min(least0, (value ^ mask0) * factor0);
                least1 = Vector256.Min(least1, (value ^ mask1) * factor1);
            }

            least0.CopyTo(least[at..]);
            least1.CopyTo(least[(at + Lanes)..]);
        }

        for (var key = 0; key < Keys; key++)
        {
            var four = least.Slice(key * 4, 4);
            var folded = (four[0] * 0x9E3779B97F4A7C15UL) ^ ((ulong)four[1] << 32 | four[2]);
            folded = (folded ^ (folded >> 29)) * 0xBF58476D1CE4E5B9UL ^ (four[3] * 0x94D049BB133111EBUL);
            keys[key] = (uint)(folded >> 32);
        }
    }

    private static uint[] Constants(int seed, bool odd)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Functions).Select(_ => (uint)random.NextInt64(uint.MaxValue) | (odd ? 1u : 0u))];
    }
}
