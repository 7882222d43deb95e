namespace Portal.Features.Data;

/// <summary>Looks for what is nearly the same as one text, by the measure of <see cref="NearDuplicates"/>: one row against many, where that is many against each other.</summary>
internal sealed class AlikeSearch
{
    private readonly TextScan _scan = new();
    private readonly uint[] _kept = new uint[Shingles.MaximumKept];
    private readonly uint[] _pairs;
    private readonly ulong _words;

    public AlikeSearch(string text)
    {
        _scan.Read(text);
        _words = _scan.KeyOf(text);
        var kept = new uint[Shingles.MaximumKept];
        _pairs = kept[..Shingles.Distinct(kept.AsSpan(0, Shingles.Keep(_scan.Pairs, kept)))];
    }

    public bool IsAlike(string text)
    {
        _scan.Read(text);
        if (_words is not 0 && _scan.KeyOf(text) == _words)
        {
            return true;
        }

        // So much shorter that it cannot share four fifths.
        if (_pairs.Length is 0 || _scan.Pairs.Length < _pairs.Length * NearDuplicates.Threshold)
        {
            return false;
        }

        var count = Shingles.Distinct(_kept.AsSpan(0, Shingles.Keep(_scan.Pairs, _kept)));
        return Shingles.Jaccard(_pairs, _kept.AsSpan(0, count)) >= NearDuplicates.Threshold;
    }
}
