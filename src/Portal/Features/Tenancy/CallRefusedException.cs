namespace Portal.Features.Tenancy;

/// <summary>A program's call that is refused, with more for the program than words.</summary>
public sealed class CallRefusedException(int status, string code, string message, Exception? inner = null) : PortalException(message, inner)
{
    public int Status { get; } = status;

    /// <summary>What a program can tell refusals apart by, whatever the words become.</summary>
    public string Code { get; } = code;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Beside the words, by name.</summary>
    public IReadOnlyDictionary<string, object?> More { get; init; } = new Dictionary<string, object?>();
}
