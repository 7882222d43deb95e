namespace Portal.Vertex.Transport;

/// <summary>
/// How many repetitions a group of calls may still make: each call earns a tenth of one, so that of a service that fails everything no more than
/// a tenth more is asked than its callers asked for. A few are there from the beginning, for groups that call rarely.
/// </summary>
internal sealed class VertexRetryBudget
{
    /// <summary>The most that can be saved up, and what a group begins with.</summary>
    public const int Most = 10;

    private const int CallsForOne = 10;

    // In tenths of a repetition.
    private int _credit = Most * CallsForOne;

    /// <summary>A call is made for the first time.</summary>
    public void Earn()
    {
        VertexTelemetry.Calls.Add(1);
        int credit;
        do
        {
            credit = Volatile.Read(ref _credit);
        }
        while (credit < Most * CallsForOne && Interlocked.CompareExchange(ref _credit, credit + 1, credit) != credit);
    }

    /// <summary>Takes what one repetition costs; without it, the call fails with the answer it got.</summary>
    public bool TrySpend()
    {
        int credit;
        do
        {
            credit = Volatile.Read(ref _credit);
            if (credit < CallsForOne)
            {
                VertexTelemetry.RetriesWithheld.Add(1);
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _credit, credit - CallsForOne, credit) != credit);

        VertexTelemetry.Retries.Add(1);
        return true;
    }
}
