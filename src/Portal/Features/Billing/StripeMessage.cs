using System.Text.Json;

namespace Portal.Features.Billing;

/// <summary>What the portal reads from a message of Stripe: which, of what kind, about whom. Everything else is asked at Stripe.</summary>
/// <param name="Event">Stripe's id of it.</param>
/// <param name="Type">Its kind.</param>
/// <param name="ApiVersion">In which it is written; empty for a thin event.</param>
/// <param name="IsLive">Whether money moved.</param>
/// <param name="HappenedAt">When.</param>
/// <param name="Customer">Whom it is about; empty where it names nobody.</param>
/// <param name="TenantId">Whose its object says it is, by our own mark; empty without one.</param>
internal sealed record StripeMessage(string Event, string Type, string ApiVersion, bool IsLive, DateTime HappenedAt, string Customer, string TenantId)
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Null for what is no message at all.</summary>
    public static StripeMessage? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_strict);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root ? Read(root) : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static StripeMessage? Read(JsonElement root)
    {
        var (id, type) = (Text(root, "id"), Text(root, "type"));
        if (id.Length is 0 or > 120 || type.Length is 0 or > 120)
        {
            return null;
        }

        var about = Part(Part(root, "data"), "object");
        var customer = Text(about, "object") is "customer" ? Text(about, "id") : Text(about, "customer") is { Length: > 0 } named ? named : Text(Part(about, "customer"), "id");
        return new StripeMessage(id, type, Text(root, "api_version"), Part(root, "livemode").ValueKind is JsonValueKind.True, MomentOf(root), customer.Length <= 80 ? customer : "", TenantOf(about));
    }

    private static string TenantOf(JsonElement about)
    {
        var own = Text(Part(about, "metadata"), StripeGateway.TenantKey);
        return own is "" ? Text(Part(Part(Part(about, "parent"), "subscription_details"), "metadata"), StripeGateway.TenantKey) : own;
    }

    private static DateTime MomentOf(JsonElement root) => Part(root, "created") switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var seconds) && seconds is >= 0 and < 253_402_300_799 => DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime,
        { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var moment) => moment.UtcDateTime,
        _ => DateTime.UnixEpoch,
    };

    private static JsonElement Part(JsonElement of, string name) => of.ValueKind is JsonValueKind.Object && of.TryGetProperty(name, out var part) ? part : default;

    private static string Text(JsonElement of, string name) => Part(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() ?? "" : "";
}
