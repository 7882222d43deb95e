namespace Portal.Features.Monitor;

/// <summary>Of work in parts whose caller is in no hurry: it holds no core for long, and gives its thread back in time.</summary>
internal sealed class WorkPace(TimeProvider time)
{
    /// <summary>Nothing is done for so many times as long as a part took.</summary>
    private const int Rests = 2;

    /// <summary>What is not done by then is done by the next who comes.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private readonly long _began = time.GetTimestamp();
    private long _partBegan;

    public bool IsUp => time.GetElapsedTime(_began) >= s_longest;

    public void BeginPart() => _partBegan = time.GetTimestamp();

    public Task RestAsync(CancellationToken ct) => Task.Delay(time.GetElapsedTime(_partBegan) * Rests, time, ct);
}
