namespace Portal.Sandbox.Learner;

/// <summary>
/// A generator whose whole state is one number, so that training resumed from a file draws what it would have drawn.
/// </summary>
internal struct SplitMix(ulong state)
{
    private ulong _state = state;

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>Uniform in [-1, 1).</summary>
    public float NextSigned() => ((Next() >> 40) * (2f / (1 << 24))) - 1f;

    public static int[] Shuffled(int count, ulong seed)
    {
        var order = new int[count];
        var random = new SplitMix(seed);
        for (var i = 0; i < count; i++)
        {
            var j = random.Below(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }
}
