using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Billing meters, what is reported to them, and what they have counted.</summary>
internal static class Meters
{
    private const long Minute = 60;

    public static void Map(StripeRoutes routes)
    {
        routes.Post("billing/meters", Create);
        routes.Get("billing/meters", call => call.Lists("status").Page(call.Session.All(Kinds.Meter).Where(m => call.Text("status") is not { } status || m.Text("status") == status)));
        routes.One("billing/meters/*", Kinds.Meter);
        routes.Post("billing/meters/*", call =>
        {
            var meter = call.Only("display_name").Session.Get(Kinds.Meter, call.Id);
            call.Into(meter, "display_name");
            return Changed(call, meter, "billing.meter.updated");
        });
        routes.Post("billing/meters/*/deactivate", call => SetStatus(call, "inactive", "billing.meter.deactivated"));
        routes.Post("billing/meters/*/reactivate", call => SetStatus(call, "active", "billing.meter.reactivated"));
        routes.Get("billing/meters/*/event_summaries", Summaries);
    }

    public static JsonObject? ByEventName(StripeSession session, string eventName) => session.All(Kinds.Meter).Find(m => m.Text("event_name") == eventName);

    /// <summary>What a customer used from one moment until before another, as far as it is counted.</summary>
    public static decimal Usage(StripeSession session, JsonObject meter, string customerId, long from, long until)
    {
        var values = session.Rows(
            "SELECT value FROM usage WHERE event_name = $name AND customer = $customer AND timestamp >= $from AND timestamp < $until AND state = 'counted' ORDER BY timestamp, seq",
            row => StripeJson.ToDecimal(row.GetString(0)), ("$name", meter.Required("event_name")), ("$customer", customerId), ("$from", from), ("$until", until));
        return meter.Part("default_aggregation").Text("formula") switch
        {
            "count" => values.Count,
            "last" => values.LastOrDefault(),
            _ => values.Sum(),
        };
    }

    private static JsonObject Create(StripeCall call)
    {
        call.Only("display_name", "event_name", "default_aggregation.formula", "customer_mapping.type", "customer_mapping.event_payload_key", "value_settings.event_payload_key",
            "event_time_window");
        var name = call.Required("event_name");
        if (ByEventName(call.Session, name) is { } other && other.Text("status") is "active")
        {
            throw StripeRefusal.Invalid($"A meter with the event name '{name}' already exists: {other.Text("id")}.", "event_name");
        }

        _ = call.At("default_aggregation").Required("formula");
        var (mapping, value) = (call.At("customer_mapping"), call.At("value_settings"));
        var meter = new JsonObject
        {
            ["id"] = StripeIds.Next("mtr_test"), ["object"] = Kinds.Meter, ["created"] = call.Session.Now,
            ["customer_mapping"] = new JsonObject { ["event_payload_key"] = mapping.Text("event_payload_key") ?? "stripe_customer_id", ["type"] = mapping.OneOf("type", "by_id", "by_id") },
            ["default_aggregation"] = new JsonObject { ["formula"] = call.At("default_aggregation").OneOf("formula", "sum", "sum", "count", "last") }, ["display_name"] = call.Required("display_name"),
            ["event_name"] = name, ["event_time_window"] = call.Has("event_time_window") ? call.OneOf("event_time_window", "day", "day", "hour") : null, ["livemode"] = false, ["status"] = "active",
            ["status_transitions"] = new JsonObject { ["deactivated_at"] = null }, ["updated"] = call.Session.Now,
            ["value_settings"] = new JsonObject { ["event_payload_key"] = value.Text("event_payload_key") ?? "value" },
        };
        return Changed(call, meter, "billing.meter.created");
    }

    private static JsonObject SetStatus(StripeCall call, string status, string type)
    {
        var meter = call.Only().Session.Get(Kinds.Meter, call.Id);
        meter["status"] = status;
        meter["status_transitions"] = new JsonObject { ["deactivated_at"] = status is "active" ? null : call.Session.Now };
        return Changed(call, meter, type);
    }

    private static JsonObject Changed(StripeCall call, JsonObject meter, string type)
    {
        meter["updated"] = call.Session.Now;
        call.Session.Tell(type, meter);
        return meter.Shown();
    }

    private static JsonObject Summaries(StripeCall call)
    {
        call.Only("customer", "start_time", "end_time", "value_grouping_window", "limit", "starting_after", "ending_before");
        var meter = call.Session.Get(Kinds.Meter, call.Id);
        var customer = call.Required("customer");
        var (from, until) = (Aligned(call, "start_time"), Aligned(call, "end_time"));
        var window = call.Has("value_grouping_window") ? call.OneOf("value_grouping_window", "day", "day", "hour") is "hour" ? 3600 : 86_400 : 0;
        if (from >= until || (window > 0 && (from % window is not 0 || until % window is not 0)))
        {
            throw StripeRefusal.Invalid("start_time must lie before end_time, and both must align with the boundaries of value_grouping_window.", "start_time");
        }

        List<JsonObject> summaries = [];
        for (var start = from; start < until; start += window is 0 ? until - from : window)
        {
            var end = window is 0 ? until : start + window;
            if (Usage(call.Session, meter, customer, start, end) is not 0 and var value)
            {
                summaries.Insert(0, new JsonObject
                {
                    ["id"] = $"mtrusg_test_{call.Id[9..]}_{start.ToString(CultureInfo.InvariantCulture)}", ["object"] = "billing.meter_event_summary", ["aggregated_value"] = value,
                    ["end_time"] = end, ["livemode"] = false, ["meter"] = call.Id, ["start_time"] = start,
                });
            }
        }

        return call.Page(summaries);
    }

    private static long Aligned(StripeCall call, string name) =>
        (call.Long(name) ?? throw StripeRefusal.Missing(name)) is var time && time % Minute is 0 ? time
        : throw StripeRefusal.Invalid($"{name} must align with minute boundaries.", name);
}
