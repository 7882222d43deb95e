namespace Portal.Vertex.Contracts;

/// <summary>Names of <c>error.status</c>; the last two are this client's own. Source: vertex-ai.md 1.4; google.rpc.Code.</summary>
public static class VertexErrorStatus
{
    public const string InvalidArgument = "INVALID_ARGUMENT";
    public const string FailedPrecondition = "FAILED_PRECONDITION";
    public const string OutOfRange = "OUT_OF_RANGE";
    public const string Unauthenticated = "UNAUTHENTICATED";
    public const string PermissionDenied = "PERMISSION_DENIED";
    public const string NotFound = "NOT_FOUND";
    public const string AlreadyExists = "ALREADY_EXISTS";
    public const string Aborted = "ABORTED";
    public const string ResourceExhausted = "RESOURCE_EXHAUSTED";
    public const string Cancelled = "CANCELLED";
    public const string Internal = "INTERNAL";
    public const string Unknown = "UNKNOWN";
    public const string Unimplemented = "UNIMPLEMENTED";
    public const string Unavailable = "UNAVAILABLE";
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";

    /// <summary>No answer within the client's own deadline.</summary>
    public const string Timeout = "TIMEOUT";

    /// <summary>No connection, or it broke before the answer was complete.</summary>
    public const string Unreachable = "UNREACHABLE";
}
