using System.Numerics;

namespace Portal.Features.Data;

/// <summary>
/// Finds the places whose keys other places have too. Most keys are nobody else's: a glance at two bits for each key leaves few places to be sorted. Keeps its
/// room for the next search. Not for several threads at once.
/// </summary>
internal sealed class EqualKeys
{
    /// <summary>With sixteen bits for each key one in sixteen is looked at for nothing.</summary>
    private const int BitsOfAKey = 4;

    private readonly uint[] _keys;
    private readonly int _shift;
    private readonly ulong[] _once;
    private readonly ulong[] _again;
    private ulong[] _from = [];
    private ulong[] _to = [];
    private int _found;

    public EqualKeys(int count)
    {
        _keys = GC.AllocateUninitializedArray<uint>(count);
        var bits = Math.Clamp(BitOperations.Log2((uint)Math.Max(1, count)) + BitsOfAKey, 6, 26);
        _shift = 32 - bits;
        (_once, _again) = (new ulong[(1 << bits) / 64], new ulong[(1 << bits) / 64]);
    }

    /// <summary>The keys above, the places below; sorted, and now and then one that is alone.</summary>
    public ReadOnlySpan<ulong> Found => _from.AsSpan(0, _found);

    /// <param name="fill">Puts in each place its key: 32 bits as even as those of a hash.</param>
    public ReadOnlySpan<ulong> Find(Action<uint[]> fill)
    {
        fill(_keys);
        Mark();
        Collect();
        Sort();
        return Found;
    }

    private void Mark()
    {
        Array.Clear(_once);
        Array.Clear(_again);
        foreach (var key in _keys)
        {
            var at = key >> _shift;
            var bit = 1UL << (int)(at & 63);
            _again[at >> 6] |= _once[at >> 6] & bit;
            _once[at >> 6] |= bit;
        }
    }

    private void Collect()
    {
        _found = 0;
        for (var place = 0; place < _keys.Length; place++)
        {
            var key = _keys[place];
            var at = key >> _shift;
            if ((_again[at >> 6] >> (int)(at & 63) & 1) is not 0)
            {
                if (_found == _from.Length)
                {
                    Array.Resize(ref _from, Math.Max(1_024, 2 * _found));
                }

                _from[_found++] = ((ulong)key << 32) | (uint)place;
            }
        }
    }

    /// <summary>Equal keys in the order of their places. Three passes of eleven bits.</summary>
    private void Sort()
    {
        if (_to.Length < _from.Length)
        {
            _to = new ulong[_from.Length];
        }

        Span<int> starts = stackalloc int[2_049];
        foreach (var shift in (ReadOnlySpan<int>)[32, 43, 54])
        {
            starts.Clear();
            foreach (var value in Found)
            {
                starts[(int)((value >> shift) & 2_047) + 1]++;
            }

            for (var i = 1; i < starts.Length; i++)
            {
                starts[i] += starts[i - 1];
            }

            foreach (var value in Found)
            {
                _to[starts[(int)((value >> shift) & 2_047)]++] = value;
            }

            (_from, _to) = (_to, _from);
        }
    }
}
