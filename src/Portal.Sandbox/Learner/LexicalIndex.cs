namespace Portal.Sandbox.Learner;

/// <summary>Compares a text with a fixed set of texts by the features they share, each text weighing the same.</summary>
internal sealed class LexicalIndex
{
    private readonly LearnerTier _tier;
    private readonly int _count;
    private readonly Dictionary<string, List<(int Text, float Weight)>> _postings = [];
    private readonly Dictionary<string, float> _rarity = [];
    private readonly float _rarest = 1;

    public LexicalIndex(LearnerTier tier, IReadOnlyList<string> texts)
    {
        _tier = tier;
        _count = texts.Count;
        var features = texts.Select(t => LexicalFeatures.Of(tier, t)).ToList();
        if (tier == LearnerTier.Pro)
        {
            LearnRarity(features);
            _rarest = RarityOf(1);
        }

        foreach (var (number, own) in features.Index())
        {
            var length = Length(own);
            foreach (var (feature, weight) in own)
            {
                if (!_postings.TryGetValue(feature, out var posting))
                {
                    _postings[feature] = posting = [];
                }

                posting.Add((number, Weighed(feature, weight) / length));
            }
        }
    }

    /// <summary>How alike each text is, from 0 to 1.</summary>
    public float[] Compare(string text)
    {
        var scores = new float[_count];
        var features = LexicalFeatures.Of(_tier, text);
        var length = Length(features);
        foreach (var (feature, weight) in features)
        {
            if (_postings.TryGetValue(feature, out var posting))
            {
                var share = Weighed(feature, weight) / length;
                foreach (var (number, other) in posting)
                {
                    scores[number] += share * other;
                }
            }
        }

        return scores;
    }

    /// <summary>Pro weighs a feature by how few of the texts in its context have it.</summary>
    private void LearnRarity(List<Dictionary<string, float>> features)
    {
        foreach (var feature in features.SelectMany(f => f.Keys))
        {
            _rarity[feature] = _rarity.GetValueOrDefault(feature) + 1;
        }

        foreach (var (feature, frequency) in _rarity)
        {
            _rarity[feature] = RarityOf(frequency);
        }
    }

    /// <summary>The root keeps it mild: a context is small, and a word may be rare in it by chance.</summary>
    private float RarityOf(float frequency) => MathF.Cbrt(MathF.Log(1 + (_count / frequency)));

    private float Weighed(string feature, float weight) => weight * _rarity.GetValueOrDefault(feature, _rarest);

    private float Length(Dictionary<string, float> features)
    {
        var sum = 0f;
        foreach (var (feature, weight) in features)
        {
            sum += Weighed(feature, weight) * Weighed(feature, weight);
        }

        return MathF.Max(MathF.Sqrt(sum), float.Epsilon);
    }
}
