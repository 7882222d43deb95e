using System.Net.Http.Headers;
using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Transport;

/// <summary>Makes the one exception out of every way to fail. Source: vertex-ai.md 1.4.</summary>
internal static class VertexErrorReader
{
    public static async Task<VertexException> ReadAsync(HttpResponseMessage response, VertexCallKind kind, TimeProvider clock)
    {
        byte[] body;
        try
        {
            body = await response.Content.ReadAsByteArrayAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The status is known and says more than the broken body would.
            body = [];
        }

        var asked = RetryAfter(response.Headers.RetryAfter, clock);
        return Create((int)response.StatusCode, Parse(body), kind, asked);
    }

    /// <summary>From an <c>error</c> inside a stream.</summary>
    public static VertexException FromStream(VertexError error) => Create(
        error.Code is >= 400 and < 600 ? error.Code : VertexErrorStatus.ToHttpStatus(error.Status), error, VertexCallKind.Stream, retryAfter: null);

    public static VertexException FromTransport(Exception exception, VertexCallKind kind)
    {
        var timedOut = exception is OperationCanceledException or Polly.Timeout.TimeoutRejectedException;
        var message = timedOut ? "Google did not answer in time." : $"Google could not be reached: {exception.Message}";
        return new VertexException(0, timedOut ? VertexErrorStatus.Timeout : VertexErrorStatus.Unreachable, message, exception)
        {
            IsTransient = true,
            OutcomeUnknown = HasEffect(kind) && !NeverSent(exception),
        };
    }

    /// <summary>From Google's library, which keeps the body as text.</summary>
    public static VertexException FromGoogle(Google.GoogleApiException exception) => Create(
        (int)exception.HttpStatusCode,
        Parse(System.Text.Encoding.UTF8.GetBytes(exception.Error?.ErrorResponseContent ?? "")),
        VertexCallKind.Safe,
        retryAfter: null);

    /// <summary>A success whose body is not what the contract says.</summary>
    public static VertexException FromGarbage(int httpStatus, VertexCallKind kind, Exception exception) =>
        new(httpStatus, VertexErrorStatus.Unknown, $"The answer (HTTP {httpStatus}) could not be read.", exception)
        {
            IsTransient = true,
            OutcomeUnknown = HasEffect(kind),
        };

    /// <summary>The error of a body, which may be an object, an array of one, HTML or empty.</summary>
    public static VertexError? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var text = body.Trim(" \t\r\n"u8);
            return text.StartsWith("["u8)
                ? JsonSerializer.Deserialize<VertexErrorResponse[]>(text, VertexJson.Options) is [{ } first, ..] ? first.Error : null
                : JsonSerializer.Deserialize<VertexErrorResponse>(text, VertexJson.Options)?.Error;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider clock) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Connection failures of which it is certain that no byte of the request left.</summary>
    public static bool NeverSent(Exception exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
    };

    private static VertexException Create(int httpStatus, VertexError? error, VertexCallKind kind, TimeSpan? retryAfter)
    {
        var status = error is { Status.Length: > 0 } ? error.Status : VertexErrorStatus.FromHttpStatus(httpStatus);
        var message = error is { Message.Length: > 0 } ? error.Message : $"Google answered HTTP {httpStatus} without a reason.";
        var details = error?.Details ?? [];
        var info = details.FirstOrDefault(detail => detail.Reason.Length > 0);
        return new VertexException(httpStatus, status, message)
        {
            FieldViolations = [.. details.SelectMany(detail => detail.FieldViolations)],
            Reason = info?.Reason ?? (error is { Errors: [var first, ..] } ? first.Reason : ""),
            ReasonMetadata = info?.Metadata ?? new Dictionary<string, string>(),
            RetryAfter = retryAfter ?? details.FirstOrDefault(detail => detail.RetryDelay is not null)?.RetryDelay,
            IsTransient = httpStatus is 408 or 429 or (>= 500 and not 501) || status == VertexErrorStatus.Aborted,
            OutcomeUnknown = HasEffect(kind) && httpStatus is (408 or 499 or (>= 500 and not 501)),
        };
    }

    private static bool HasEffect(VertexCallKind kind) => kind is VertexCallKind.Change or VertexCallKind.Create;
}
