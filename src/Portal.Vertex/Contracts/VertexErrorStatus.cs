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

    /// <summary>What is stored, or what arrived, is not what was sent.</summary>
    public const string DataLoss = "DATA_LOSS";

    /// <summary>No answer within the client's own deadline.</summary>
    public const string Timeout = "TIMEOUT";

    /// <summary>No connection, or it broke before the answer was complete.</summary>
    public const string Unreachable = "UNREACHABLE";

    /// <summary>Name of a google.rpc.Code number, as jobs and operations carry it; UNKNOWN for numbers of no code.</summary>
    public static string FromGrpcCode(int code) => code switch
    {
        1 => Cancelled,
        3 => InvalidArgument,
        4 => DeadlineExceeded,
        5 => NotFound,
        6 => AlreadyExists,
        7 => PermissionDenied,
        8 => ResourceExhausted,
        9 => FailedPrecondition,
        10 => Aborted,
        11 => OutOfRange,
        12 => Unimplemented,
        13 => Internal,
        14 => Unavailable,
        15 => DataLoss,
        16 => Unauthenticated,
        _ => Unknown,
    };

    /// <summary>Name for an answer whose body does not give one.</summary>
    public static string FromHttpStatus(int httpStatus) => httpStatus switch
    {
        400 => InvalidArgument,
        401 => Unauthenticated,
        403 => PermissionDenied,
        404 => NotFound,
        408 or 504 => DeadlineExceeded,
        409 => AlreadyExists,
        412 => FailedPrecondition,
        429 => ResourceExhausted,
        499 => Cancelled,
        500 => Internal,
        501 => Unimplemented,
        502 or 503 => Unavailable,
        _ => Unknown,
    };

    /// <summary>The HTTP status a name is sent with.</summary>
    public static int ToHttpStatus(string status) => status switch
    {
        InvalidArgument or FailedPrecondition or OutOfRange => 400,
        Unauthenticated => 401,
        PermissionDenied => 403,
        NotFound => 404,
        AlreadyExists or Aborted => 409,
        ResourceExhausted => 429,
        Cancelled => 499,
        Unimplemented => 501,
        Unavailable => 503,
        DeadlineExceeded => 504,
        _ => 500,
    };

    /// <summary>Whether the same call can succeed later. ABORTED counts, after a fresh look at what was to be changed.</summary>
    public static bool IsTransient(string status) =>
        status is ResourceExhausted or Aborted or Internal or Unknown or Unavailable or DeadlineExceeded or Timeout or Unreachable;
}
