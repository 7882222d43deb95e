using Portal.Vertex.Contracts;

namespace Portal.Vertex;

/// <summary>Every failure of Vertex AI, Cloud Storage, the token service and the way to them. Source: vertex-ai.md 1.4.</summary>
public sealed class VertexException(int httpStatus, string status, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>0 when there was no answer.</summary>
    public int HttpStatus { get; } = httpStatus;

    /// <summary>A <see cref="VertexErrorStatus"/> constant, e.g. RESOURCE_EXHAUSTED, or TIMEOUT and UNREACHABLE when there was no whole answer.</summary>
    public string Status { get; } = status;

    /// <summary>Which fields of the request were refused; paths in snake_case.</summary>
    public IReadOnlyList<VertexFieldViolation> FieldViolations { get; init; } = [];

    /// <summary>Machine-readable reason, e.g. <c>SERVICE_DISABLED</c> or Cloud Storage's <c>conditionNotMet</c>; empty if none was given.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What belongs to <see cref="Reason"/>, e.g. <c>service</c>.</summary>
    public IReadOnlyDictionary<string, string> ReasonMetadata { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the service asks to wait (Retry-After header or RetryInfo).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same call can succeed later: the clients' own retries, if the call allows any, are already used up.</summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// The call changes something, was sent, and nobody knows whether it took effect: look for the result (a job's label) before trying again.
    /// </summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>The exception for a failed operation or job.</summary>
    public static VertexException FromStatus(VertexStatus status)
    {
        var name = VertexErrorStatus.FromGrpcCode(status.Code);
        return new VertexException(VertexErrorStatus.ToHttpStatus(name), name, status.Message)
        {
            FieldViolations = [.. status.Details.SelectMany(detail => detail.FieldViolations)],
            Reason = status.Details.FirstOrDefault(detail => detail.Reason.Length > 0)?.Reason ?? "",
            RetryAfter = status.Details.FirstOrDefault(detail => detail.RetryDelay is not null)?.RetryDelay,
            IsTransient = VertexErrorStatus.IsTransient(name),
        };
    }
}
