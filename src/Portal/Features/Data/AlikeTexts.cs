namespace Portal.Features.Data;

/// <summary>Some texts at once, each looked for among many by the measure of <see cref="NearDuplicates"/>: the many are read once for all of them.</summary>
internal sealed class AlikeTexts
{
    private readonly TextScan _scan = new();
    private readonly uint[] _kept = new uint[Shingles.MaximumKept];
    private readonly List<(ulong Words, uint[] Pairs)> _texts = [];

    public void Add(string text)
    {
        _scan.Read(text);
        _texts.Add((_scan.KeyOf(text), [.. _kept.AsSpan(0, Shingles.Distinct(_kept.AsSpan(0, Shingles.Keep(_scan.Pairs, _kept))))]));
    }

    /// <summary>Marks those that are nearly this text.</summary>
    public void Mark(string text, Span<bool> alike)
    {
        _scan.Read(text);
        var (words, count) = (_scan.KeyOf(text), 0);
        for (var i = 0; i < _texts.Count; i++)
        {
            if (alike[i] || (alike[i] = words is not 0 && _texts[i].Words == words))
            {
                continue;
            }

            // So much shorter that it cannot share four fifths.
            if (_texts[i].Pairs.Length > 0 && _scan.Pairs.Length >= _texts[i].Pairs.Length * NearDuplicates.Threshold)
            {
                count = count > 0 ? count : Shingles.Distinct(_kept.AsSpan(0, Shingles.Keep(_scan.Pairs, _kept)));
                alike[i] = Shingles.Jaccard(_texts[i].Pairs, _kept.AsSpan(0, count)) >= NearDuplicates.Threshold;
            }
        }
    }
}
