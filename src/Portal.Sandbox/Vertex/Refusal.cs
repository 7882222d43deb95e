using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex;

/// <summary>A refusal in the words and the shape of Vertex AI.</summary>
internal sealed class Refusal(int httpStatus, string status, string message, params VertexErrorDetail[] details) : Exception(message)
{
    public int HttpStatus { get; } = httpStatus;

    public VertexErrorResponse Body { get; } = new()
    {
        Error = new() { Code = httpStatus, Message = message, Status = status, Details = details },
    };

    public static Refusal Invalid(string message) => new(400, VertexErrorStatus.InvalidArgument, message);

    public static Refusal Invalid(IReadOnlyList<VertexFieldViolation> violations) => new(
        400,
        VertexErrorStatus.InvalidArgument,
        string.Join(' ', violations.Select(violation => violation.Description)),
        new VertexErrorDetail { Type = VertexErrorDetail.BadRequest, FieldViolations = violations });

    public static Refusal Precondition(string message) => new(400, VertexErrorStatus.FailedPrecondition, message);

    public static Refusal NotFound(string message) => new(404, VertexErrorStatus.NotFound, message);

    public static Refusal NoResource(string kind, string name) => NotFound($"The {kind} \"{name}\" does not exist.");
}
