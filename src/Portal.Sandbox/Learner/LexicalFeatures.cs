namespace Portal.Sandbox.Learner;

/// <summary>
/// What a tier sees in a text. Flash-Lite sees whole words; Flash also stems and letter groups and knows which words
/// are mere grammar; Pro also general synonyms.
/// </summary>
internal static class LexicalFeatures
{
    private const int MostWords = 4000;
    private const float StemShare = 1f;
    private const float LetterGroupShare = 0.5f;
    private const float SynonymShare = 1f;
    private const int GroupLength = 4;

    private static readonly HashSet<string> s_grammar =
    [
        "a", "an", "the", "i", "im", "ive", "id", "me", "my", "mine", "you", "your", "we", "our", "us", "it", "its", "he", "she", "they",
        "them", "their", "this", "that", "these", "those", "is", "are", "am", "was", "were", "be", "been", "being", "do", "does", "did",
        "have", "has", "had", "will", "would", "can", "could", "should", "shall", "may", "might", "must", "to", "of", "in", "on", "at",
        "by", "for", "from", "with", "as", "and", "or", "but", "if", "so", "than", "then", "there", "here", "what", "when", "where",
        "which", "who", "how", "please", "just", "some", "any", "all", "about", "into", "also",
    ];

    public static Dictionary<string, float> Of(LearnerTier tier, string text)
    {
        var features = new Dictionary<string, float>();
        foreach (var word in WordScanner.Words(text, MostWords))
        {
            if (tier == LearnerTier.FlashLite)
            {
                Add(features, word, 1);
            }
            else if (!s_grammar.Contains(word))
            {
                AddFormsOf(word, tier, features);
            }
        }

        foreach (var (feature, weight) in features)
        {
            features[feature] = MathF.Sqrt(weight);
        }

        return features;
    }

    private static void AddFormsOf(string word, LearnerTier tier, Dictionary<string, float> features)
    {
        Add(features, word, 1);
        var stem = Stemmer.Stem(word);
        Add(features, $"~{stem}", StemShare);
        var bordered = $"<{word}>";
        for (var i = 0; i + GroupLength <= bordered.Length; i++)
        {
            Add(features, $"#{bordered.AsSpan(i, GroupLength)}", LetterGroupShare);
        }

        if (tier == LearnerTier.Pro && Synonyms.GroupOf(stem) is >= 0 and var group)
        {
            Add(features, $"={group}", SynonymShare);
        }
    }

    private static void Add(Dictionary<string, float> features, string feature, float weight) =>
        features[feature] = features.GetValueOrDefault(feature) + weight;
}
