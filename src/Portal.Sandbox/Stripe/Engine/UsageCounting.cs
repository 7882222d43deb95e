using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>The part of metering that happens after the answer: what cannot be counted is told in an error report for its meter.</summary>
internal static class UsageCounting
{
    private sealed record Reported(long Seq, string EventName, string Customer, string Identifier, string? Value, long Created);

    public static bool Run(StripeSession session)
    {
        var pending = session.Rows(
            "SELECT seq, event_name, customer, identifier, value, created FROM usage WHERE state = 'pending' ORDER BY seq LIMIT 500",
            row => new Reported(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetInt64(5)));
        foreach (var byName in pending.GroupBy(p => p.EventName))
        {
            var meter = Meters.ByEventName(session, byName.Key);
            var judged = byName.Select(p => (Event: p, Fault: FaultOf(session, meter, p))).ToList();
            foreach (var (reported, fault) in judged)
            {
                session.Run("UPDATE usage SET state = $state, code = $code WHERE seq = $seq", ("$state", fault is null ? "counted" : "refused"), ("$code", fault?.Code), ("$seq", reported.Seq));
            }

            Report(session, meter, [.. judged.Where(j => j.Fault is not null).Select(j => (j.Event, j.Fault!.Value))]);
        }

        return pending.Count > 0;
    }

    private static (string Code, string Message)? FaultOf(StripeSession session, JsonObject? meter, Reported reported) => meter switch
    {
        null => ("no_meter", $"No meter found for event name {reported.EventName}."),
        _ when meter.Text("status") is not "active" => ("archived_meter", $"The meter for event name {reported.EventName} is inactive."),
        _ when reported.Customer is "" => ("meter_event_no_customer_defined", "The payload names no customer."),
        _ when session.Find(Kinds.Customer, reported.Customer) is not { } customer || customer.Flag("_deleted") => ("meter_event_customer_not_found", $"No such customer: '{reported.Customer}'"),
        _ when meter.Part("default_aggregation").Text("formula") is "count" => null,
        _ when reported.Value is null => ("meter_event_value_not_found", "The payload has no value."),
        // Numbers of up to fifteen digits, and whole ones: anything else would be counted wrongly.
        _ when !long.TryParse(reported.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > 999_999_999_999_999
            => ("meter_event_invalid_value", $"The value must be a whole number of at most 15 digits, but is '{reported.Value}'."),
        _ => null,
    };

    private static void Report(StripeSession session, JsonObject? meter, List<(Reported Event, (string Code, string Message) Fault)> refused)
    {
        if (refused.Count is 0)
        {
            return;
        }

        var types = refused.GroupBy(r => r.Fault.Code).Select(g => (JsonNode)new JsonObject
        {
            ["code"] = g.Key, ["error_count"] = g.Count(),
            ["sample_errors"] = new JsonArray([.. g.Take(10).Select(r => (JsonNode)new JsonObject
            {
                ["error_message"] = r.Fault.Message, ["request"] = new JsonObject { ["identifier"] = r.Event.Identifier },
            })]),
        });
        var data = new JsonObject
        {
            ["developer_message_summary"] = $"There is {refused.Count.ToString(CultureInfo.InvariantCulture)} invalid event",
            ["reason"] = new JsonObject { ["error_count"] = refused.Count, ["error_types"] = new JsonArray([.. types]) },
            ["validation_start"] = Iso(refused.Min(r => r.Event.Created)), ["validation_end"] = Iso(session.Now),
        };
        var told = new JsonObject
        {
            ["id"] = StripeIds.Next("evt_test"), ["object"] = Kinds.ThinEvent, ["type"] = meter is null ? "v1.billing.meter.no_meter_found" : "v1.billing.meter.error_report_triggered",
            ["created"] = Iso(session.Now), ["livemode"] = false, ["data"] = data,
        };
        if (meter is not null)
        {
            told["related_object"] = new JsonObject { ["id"] = meter.Text("id"), ["type"] = Kinds.Meter, ["url"] = $"/v1/billing/meters/{meter.Text("id")}" };
        }

        session.Publish(told);
    }

    private static string Iso(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
