namespace Portal.Benchmarks;

/// <summary>
/// A piece of the product's work, and a plain piece of work that it is measured against in the same run: seconds differ from one machine
/// to the next, ratios hardly do. To add one, add a file with a class that derives from this.
/// </summary>
internal abstract class Benchmark : IAsyncDisposable
{
    /// <summary>What <c>./dev.sh bench NAME</c> looks for.</summary>
    public abstract string Name { get; }

    /// <summary>What the work is counted in, as in "rows".</summary>
    public abstract string Unit { get; }

    /// <summary>The plain work in a few words.</summary>
    public abstract string Against { get; }

    /// <summary>Everything that is not measured. May refuse to measure what does not work.</summary>
    public virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Does the work once, and says how many units it was.</summary>
    public abstract Task<long> WorkAsync();

    /// <summary>Does the plain work once, on the same data, and says how many units it was.</summary>
    public abstract Task<long> PlainAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
