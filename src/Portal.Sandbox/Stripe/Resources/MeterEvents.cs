using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Usage as it is reported: judged at once for its form, later for its content.</summary>
internal static class MeterEvents
{
    private const long OldestDays = 35;
    private const long AheadSeconds = 300;
    private const long UniqueSeconds = 86_400;

    public static void Map(StripeRoutes routes)
    {
        routes.Post("billing/meter_events", Create);
        routes.Post("billing/meter_event_adjustments", Adjust);
    }

    /// <summary>The customer and meter of a report, of which there is one call at a time; null for any other call.</summary>
    public static string? LockOf(string method, string path, JsonObject form) =>
        method is "POST" && path is "/v1/billing/meter_events" ? $"{form.Text("event_name")}/{form.Part("payload").Text("stripe_customer_id")}" : null;

    private static JsonObject Create(StripeCall call)
    {
        call.Only("event_name", "payload", "identifier", "timestamp");
        var session = call.Session;
        var name = call.Required("event_name");
        if (call.Params["payload"] is not JsonObject payload)
        {
            throw StripeRefusal.Missing("payload");
        }

        // Under a test clock a customer lives at another time, and so does what it uses.
        var now = payload.Text("stripe_customer_id") is { } customer ? session.TimeOfCustomer(customer) : session.Now;
        var timestamp = call.Long("timestamp") ?? now;
        if (timestamp < now - (OldestDays * 86_400) || timestamp > now + AheadSeconds)
        {
            throw StripeRefusal.Invalid("The timestamp must be within the past 35 calendar days or up to 5 minutes in the future.", "timestamp",
                timestamp > now ? "timestamp_in_future" : "timestamp_too_far_in_past");
        }

        var identifier = call.Text("identifier") ?? Guid.NewGuid().ToString();
        if (identifier.Length > 100)
        {
            throw StripeRefusal.Invalid("Invalid string: must be at most 100 characters", "identifier");
        }

        if (session.Rows("SELECT 1 FROM usage WHERE identifier = $identifier AND created > $since LIMIT 1", static _ => 1, ("$identifier", identifier), ("$since", session.Now - UniqueSeconds)).Count > 0)
        {
            throw StripeRefusal.Invalid($"An event already exists with identifier {identifier}.", "identifier", "duplicate_meter_event");
        }

        var meter = Meters.ByEventName(session, name);
        var customerKey = meter?.Part("customer_mapping").Text("event_payload_key") ?? "stripe_customer_id";
        var valueKey = meter?.Part("value_settings").Text("event_payload_key") ?? "value";
        session.Run(
            "INSERT INTO usage (event_name, customer, identifier, value, timestamp, created, state) VALUES ($name, $customer, $identifier, $value, $timestamp, $created, 'pending')",
            ("$name", name), ("$customer", payload.Text(customerKey) ?? ""), ("$identifier", identifier), ("$value", payload.Text(valueKey)), ("$timestamp", timestamp), ("$created", session.Now));
        return new JsonObject
        {
            ["object"] = "billing.meter_event", ["created"] = session.Now, ["event_name"] = name, ["identifier"] = identifier, ["livemode"] = false, ["payload"] = payload.DeepClone(), ["timestamp"] = timestamp,
        };
    }

    private static JsonObject Adjust(StripeCall call)
    {
        call.Only("event_name", "type", "cancel.identifier");
        var identifier = call.At("cancel").Required("identifier");
        var cancelled = call.Session.Run(
            "UPDATE usage SET state = 'cancelled' WHERE identifier = $identifier AND event_name = $name AND state IN ('pending', 'counted') AND created > $since",
            ("$identifier", identifier), ("$name", call.Required("event_name")), ("$since", call.Session.Now - UniqueSeconds));
        return cancelled > 0
            ? new JsonObject
            {
                ["object"] = "billing.meter_event_adjustment", ["cancel"] = new JsonObject { ["identifier"] = identifier }, ["event_name"] = call.Text("event_name"), ["livemode"] = false,
                ["status"] = "complete", ["type"] = call.OneOf("type", "cancel", "cancel"),
            }
            : throw StripeRefusal.Invalid($"No event of the last 24 hours has the identifier {identifier}.", "cancel[identifier]");
    }
}
