using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

/// <summary>A refusal in the words and the shape of Stripe.</summary>
internal sealed class StripeRefusal(int status, string type, string message, string? code = null, string? param = null) : Exception(message)
{
    public int Status { get; } = status;

    public string? DeclineCode { get; init; }

    /// <summary>The answer stays the same however often it is asked for again under the same key.</summary>
    public bool IsKept => Status is not (StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests or StatusCodes.Status401Unauthorized);

    public static StripeRefusal Invalid(string message, string? param = null, string? code = null) => new(400, "invalid_request_error", message, code, param);

    public static StripeRefusal Missing(string param) => Invalid($"Missing required param: {param}.", param, "parameter_missing");

    public static StripeRefusal NoSuch(string what, string id, string param = "id") =>
        new(404, "invalid_request_error", $"No such {what}: '{id}'", "resource_missing", param);

    public static StripeRefusal Declined(string declineCode) =>
        new(402, "card_error", declineCode is "insufficient_funds" ? "Your card has insufficient funds." : "Your card was declined.", "card_declined") { DeclineCode = declineCode };

    public JsonObject ToJson(string? requestId = null)
    {
        var error = new JsonObject { ["type"] = type, ["message"] = Message };
        if (code is not null)
        {
            error["code"] = code;
            error["doc_url"] = $"https://stripe.com/docs/error-codes/{code.Replace('_', '-')}";
        }

        if (requestId is not null)
        {
            error["request_log_url"] = $"https://dashboard.stripe.com/test/logs/{requestId}";
        }

        if (param is not null)
        {
            error["param"] = param;
        }

        if (DeclineCode is not null)
        {
            error["decline_code"] = DeclineCode;
        }

        return new JsonObject { ["error"] = error };
    }
}
