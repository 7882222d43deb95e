using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>
/// The vocabulary of a training set: which hash buckets occur, and how telling each one is (inverse document frequency).
/// What training never saw is ignored, so it can neither help nor distort an answer.
/// </summary>
internal sealed class FeatureEncoder
{
    /// <summary>The commonest buckets are kept, which bounds memory and file whatever is uploaded.</summary>
    private const int MaxRows = 1 << 16;
    private const int FeatureBudget = 1 << 25;

    /// <summary>Words say most; pairs and letter groups are many and repeat them.</summary>
    private const float WordShare = 1f;
    private const float PairShare = 0.7f;
    private const float LetterGroupShare = 0.6f;

    private readonly LearnerTier _tier;
    private readonly int _featuresPerText;
    private readonly int[] _rowOfBucket;
    private readonly float[] _weights;

    private FeatureEncoder(LearnerTier tier, int featuresPerText, int[] buckets, float[] weights)
    {
        _tier = tier;
        _featuresPerText = featuresPerText;
        _weights = weights;
        Buckets = buckets;
        _rowOfBucket = new int[FeatureHasher.Buckets];
        Array.Fill(_rowOfBucket, -1);
        for (var row = 0; row < buckets.Length; row++)
        {
            _rowOfBucket[buckets[row]] = row;
        }
    }

    /// <summary>The bucket of each row, in ascending order.</summary>
    public int[] Buckets { get; }

    public static FeatureEncoder Learn(LearnerTier tier, IReadOnlyCollection<string> texts)
    {
        var featuresPerText = Math.Clamp(FeatureBudget / Math.Max(1, texts.Count), 64, 4096);
        var frequency = new int[FeatureHasher.Buckets];
        foreach (var text in texts)
        {
            var buckets = FeatureHasher.Hash(tier, text, featuresPerText);
            buckets.Sort();
            for (var i = 0; i < buckets.Count; i++)
            {
                if (i == 0 || buckets[i] != buckets[i - 1])
                {
                    frequency[buckets[i]]++;
                }
            }
        }

        var kept = Enumerable.Range(0, frequency.Length).Where(b => frequency[b] > 0)
            .OrderByDescending(b => frequency[b]).ThenBy(b => b).Take(MaxRows).Order().ToArray();
        var weights = Array.ConvertAll(kept, b => WeightOf(b, frequency[b], texts.Count));
        return new FeatureEncoder(tier, featuresPerText, kept, weights);
    }

    public SparseVector Encode(string text)
    {
        var buckets = FeatureHasher.Hash(_tier, text, _featuresPerText);
        buckets.Sort();
        var rows = new List<int>(buckets.Count);
        var values = new List<float>(buckets.Count);
        for (int i = 0, end; i < buckets.Count; i = end)
        {
            for (end = i + 1; end < buckets.Count && buckets[end] == buckets[i]; end++)
            {
            }

            if (_rowOfBucket[buckets[i]] is >= 0 and var row)
            {
                rows.Add(row);
                values.Add(_weights[row] * (1 + MathF.Log(end - i)));
            }
        }

        return rows.Count == 0 ? SparseVector.Empty : Unit([.. rows], [.. values]);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write((byte)_tier);
        writer.Write(_featuresPerText);
        writer.Write(Buckets.Length);
        for (var row = 0; row < Buckets.Length; row++)
        {
            writer.Write(Buckets[row]);
            writer.Write(_weights[row]);
        }
    }

    public static FeatureEncoder Read(BinaryReader reader)
    {
        var tier = (LearnerTier)reader.ReadByte();
        var featuresPerText = reader.ReadInt32();
        var buckets = new int[reader.ReadInt32()];
        var weights = new float[buckets.Length];
        for (var row = 0; row < buckets.Length; row++)
        {
            buckets[row] = reader.ReadInt32();
            weights[row] = reader.ReadSingle();
        }

        return new FeatureEncoder(tier, featuresPerText, buckets, weights);
    }

    private static float WeightOf(int bucket, int frequency, int texts)
    {
        var rarity = 1 + MathF.Log((1f + texts) / (1f + frequency));
        return rarity * FeatureHasher.KindOf(bucket) switch
        {
            FeatureHasher.Kind.Word => WordShare,
            FeatureHasher.Kind.Pair => PairShare,
            _ => LetterGroupShare,
        };
    }

    private static SparseVector Unit(int[] rows, float[] values)
    {
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return new SparseVector(rows, values);
    }
}
