using System.Globalization;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>A call that is refused or failed, as its caller is told: an HTTP status, Google's name for it, and words.</summary>
public sealed class GatewayException(int code, string status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Code { get; } = code;

    public string Status { get; } = status;

    /// <summary>Which part of the body is wrong; empty if none.</summary>
    public string Field { get; init; } = "";

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The budget that is spent, where that is why: waiting a moment changes nothing, as it does for a pace.</summary>
    public string Quota { get; init; } = "";

    /// <summary>Refused here for what it said. What the vendor refused is on record already; this never reached it.</summary>
    public bool IsRefusal => Code is 400 or 413 && InnerException is not VertexException;

    public string? RetryAfterHeader => RetryAfter is { } wait
        ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
        : null;

    public static GatewayException Invalid(string field, string message) => new(400, VertexErrorStatus.InvalidArgument, message) { Field = field };

    /// <summary>A key that does not open what was asked, in the words that every address has for it.</summary>
    public static GatewayException From(KeyRefusedException refused) =>
        new(refused.IsUnauthenticated ? 401 : 403, refused.IsUnauthenticated ? VertexErrorStatus.Unauthenticated : VertexErrorStatus.PermissionDenied, refused.Message, refused);

    /// <summary>The same for a name that nobody has and one that belongs to somebody else.</summary>
    public static GatewayException NoModel(string name) => new(404, VertexErrorStatus.NotFound,
        $"models/{(name.Length <= 100 ? name : name[..100])} is not found, or this API key may not use it.");

    public static GatewayException TooFast(TimeSpan wait) => new(429, VertexErrorStatus.ResourceExhausted,
        "This API key, or its organization, calls faster than its limit. Wait, then go on more slowly.") { RetryAfter = wait };

    public static GatewayException Pausing(TimeSpan wait) => new(503, VertexErrorStatus.Unavailable,
        "The model has failed several times in a row, so it is not asked just now. Try again in a moment.") { RetryAfter = wait };

    public static GatewayException Paused(string message) => new(503, VertexErrorStatus.Unavailable, message) { RetryAfter = TimeSpan.FromMinutes(1) };

    public static GatewayException TooMany(TimeSpan wait) => new(429, VertexErrorStatus.ResourceExhausted,
        "This organization has more calls under way than its limit. Wait for some to end, then go on.") { RetryAfter = wait };

    public static GatewayException From(BudgetExceededException full, DateTime now) => new(429, VertexErrorStatus.ResourceExhausted, full.Message, full)
    {
        Quota = $"{full.Kind} monthly budget",
        RetryAfter = full.IsHeldOnly ? TimeSpan.FromSeconds(5) : full.Budget.RenewsAt - now,
    };

    public static GatewayException Unpaid() => new(403, VertexErrorStatus.PermissionDenied, BillingService.UnpaidWords);

    public static GatewayException TooLarge(int limit) => new(413, VertexErrorStatus.InvalidArgument,
        string.Create(CultureInfo.InvariantCulture, $"The request is larger than {limit:N0} bytes, which is the most this endpoint takes."));

    public static GatewayException NoDatabase(Exception? inner = null) => new(503, VertexErrorStatus.Unavailable,
        "The service cannot record this call, so it does not answer it. Try again in a moment.", inner) { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>
    /// The vendor's fault, put so that a caller can act on it. What is wrong with the portal's own access to the model is never
    /// shown as the caller's: 401 and 403 would send them looking at a key that is right.
    /// </summary>
    public static GatewayException From(VertexException fault) => fault switch
    {
        { HttpStatus: 429 } => new(429, VertexErrorStatus.ResourceExhausted, "The model takes no more calls just now. Wait, then try again.", fault)
        {
            RetryAfter = fault.RetryAfter ?? TimeSpan.FromSeconds(5),
        },
        { HttpStatus: 400 or 413 } => new(400, VertexErrorStatus.InvalidArgument, $"The model refused the request: {fault.Message}", fault),
        { HttpStatus: 503 } => new(503, VertexErrorStatus.Unavailable, "The model is overloaded. Try again in a moment.", fault)
        {
            RetryAfter = fault.RetryAfter ?? TimeSpan.FromSeconds(5),
        },
        { HttpStatus: 504 or 408 } or { Status: VertexErrorStatus.Timeout } => Late(fault),
        _ => new(502, VertexErrorStatus.Unavailable, "The model could not be reached. Try again; if it stays so, whoever deployed it has to look at the connection.", fault),
    };

    /// <summary>What ended a call to the vendor: its refusal, the limit of patience, or a connection that is not set up.</summary>
    public static GatewayException Of(Exception fault) => fault switch
    {
        VertexException vendor => From(vendor),
        OperationCanceledException => Late(fault),
        _ => new(503, VertexErrorStatus.Unavailable, "The connection to the model is not set up.", fault),
    };

    public static GatewayException Late(Exception inner) =>
        new(504, VertexErrorStatus.DeadlineExceeded, "The model did not answer in time. Try again, or ask for a shorter answer.", inner);

    public VertexErrorResponse ToGoogleShape()
    {
        var details = new List<VertexErrorDetail>();
        if (Field is not "")
        {
            details.Add(new VertexErrorDetail
            {
                Type = VertexErrorDetail.BadRequest,
                FieldViolations = [new VertexFieldViolation { Field = Field, Description = Message }],
            });
        }

        if (Quota is not "")
        {
            details.Add(new VertexErrorDetail { Type = VertexErrorDetail.QuotaFailure, Violations = [new VertexQuotaViolation { Subject = Quota, Description = Message }] });
        }

        if (RetryAfter is { } wait)
        {
            details.Add(new VertexErrorDetail { Type = VertexErrorDetail.RetryInfo, RetryDelay = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(wait.TotalSeconds))) });
        }

        return new VertexErrorResponse { Error = new VertexError { Code = Code, Message = Message, Status = Status, Details = details } };
    }
}
