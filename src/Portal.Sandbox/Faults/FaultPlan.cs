namespace Portal.Sandbox.Faults;

/// <summary>The faults that are on, and the count of calls so far.</summary>
internal sealed class FaultPlan(IReadOnlyList<FaultOptions> initial)
{
    private readonly Lock _lock = new();
    private readonly List<FaultOptions> _faults = [.. initial];
    private readonly Dictionary<string, long> _calls = [];

    public IReadOnlyList<FaultOptions> Faults
    {
        get
        {
            lock (_lock)
            {
                return [.. _faults];
            }
        }
    }

    public IReadOnlyDictionary<string, long> Calls
    {
        get
        {
            lock (_lock)
            {
                return new SortedDictionary<string, long>(_calls, StringComparer.Ordinal);
            }
        }
    }

    public void Add(FaultOptions fault)
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _faults.Clear();
        }
    }

    /// <summary>Counts the call and gives what it has to suffer: at most one fault, the oldest that fits.</summary>
    public FaultOptions? Take(CallKind kind, string method)
    {
        lock (_lock)
        {
            Count(kind.ToString());
            Count($"{kind}.{method}");
            for (var index = 0; index < _faults.Count; index++)
            {
                var fault = _faults[index];
                if (fault.Kind == kind && (fault.Method is null || string.Equals(fault.Method, method, StringComparison.OrdinalIgnoreCase))
                    && (fault.Probability >= 1 || Random.Shared.NextDouble() < fault.Probability))
                {
                    Use(index, fault);
                    return fault;
                }
            }

            return null;
        }
    }

    private void Use(int index, FaultOptions fault)
    {
        if (fault.Calls is { } left)
        {
            if (left <= 1)
            {
                _faults.RemoveAt(index);
            }
            else
            {
                _faults[index] = fault with { Calls = left - 1 };
            }
        }
    }

    private void Count(string name) => _calls[name] = _calls.GetValueOrDefault(name) + 1;
}
