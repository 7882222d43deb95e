using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Engine;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>What happened, who is told, and the clocks that let time pass for tests.</summary>
internal static class EventCalls
{
    private const long KeptDays = 30;

    public static void Map(StripeRoutes routes)
    {
        routes.Get("events", List);
        routes.One("events/*", Kinds.Event);
        routes.Get("v2/core/events/*", call => Thin(call.Only().Session.Get(Kinds.ThinEvent, call.Id)));
        routes.Get("v2/core/events", call => new JsonObject
        {
            ["data"] = new JsonArray([.. call.Only("limit").Session.All(Kinds.ThinEvent).Take((int)Math.Clamp(call.Long("limit") ?? 20, 1, 100)).Select(e => (JsonNode)Thin(e))]), ["next_page_url"] = null, ["previous_page_url"] = null,
        });
        routes.Post("webhook_endpoints", CreateEndpoint);
        routes.Get("webhook_endpoints", call => call.Lists().Page(call.Session.All(Kinds.WebhookEndpoint)));
        routes.One("webhook_endpoints/*", Kinds.WebhookEndpoint);
        routes.Post("webhook_endpoints/*", UpdateEndpoint);
        routes.Delete("webhook_endpoints/*", call => Deleted(call, Kinds.WebhookEndpoint));
        routes.Post("test_helpers/test_clocks", CreateClock);
        routes.Get("test_helpers/test_clocks", call => call.Lists().Page(call.Session.All(Kinds.TestClock)));
        routes.One("test_helpers/test_clocks/*", Kinds.TestClock);
        routes.Post("test_helpers/test_clocks/*/advance", Advance);
        routes.Delete("test_helpers/test_clocks/*", DeleteClock);
        routes.Get("balance", _ => new JsonObject
        {
            ["object"] = "balance", ["available"] = new JsonArray(), ["livemode"] = false, ["pending"] = new JsonArray(),
        });
    }

    /// <summary>Tells an address of everything; the secret is the caller's, so that both sides have it from the start.</summary>
    public static void EnsureEndpoint(StripeSession session, string url, string secret)
    {
        var id = "we_sandbox" + State.JsonFiles<object>.FileName(url)[..12];
        if (session.Find(Kinds.WebhookEndpoint, id)?.Text("_secret") != secret)
        {
            session.Save(Endpoint(id, url, secret, session.Now, null, ["*", "v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"]));
        }
    }

    /// <summary>As the second version of the API shows it: what it has not is left out.</summary>
    private static JsonObject Thin(JsonObject stored)
    {
        var shown = stored.Shown();
        shown.Remove("pending_webhooks");
        return shown;
    }

    private static JsonObject List(StripeCall call)
    {
        call.Lists("created", "delivery_success", "type", "types");
        var types = call.Text("type") is { } type ? [type] : call.Texts("types");
        var oldest = call.Session.Now - (KeptDays * Periods.Day);
        return call.Page(call.Session.All(Kinds.Event).Where(e => (types.Count is 0 || types.Contains(e.Text("type"))) && (e.Long("created") >= oldest || e.Part("data").Part("object").Text("test_clock") is not null))
            .Where(e => call.Flag("delivery_success") is not { } delivered || delivered == (e.Long("pending_webhooks") is 0)));
    }

    private static JsonObject CreateEndpoint(StripeCall call)
    {
        call.Only("url", "enabled_events", "description", "metadata", "api_version");
        var types = call.Texts("enabled_events");
        var url = call.Required("url");
        if (types.Count is 0)
        {
            throw StripeRefusal.Missing("enabled_events");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw StripeRefusal.Invalid($"Invalid URL: {url}", "url", "url_invalid");
        }

        var endpoint = Endpoint(StripeIds.Next("we"), url, StripeIds.Secret("whsec"), call.Session.Now, call.Text("api_version"), types);
        call.Into(endpoint, "description");
        endpoint["metadata"] = call.Metadata();
        call.Session.Save(endpoint);
        var shown = endpoint.Shown();
        shown["secret"] = endpoint.Text("_secret"); // Once, as with Stripe.
        return shown;
    }

    private static JsonObject Endpoint(string id, string url, string secret, long now, string? version, IReadOnlyList<string> types) => new()
    {
        ["id"] = id, ["object"] = Kinds.WebhookEndpoint, ["api_version"] = version, ["application"] = null, ["created"] = now, ["description"] = null,
        ["enabled_events"] = new JsonArray([.. types.Select(t => JsonValue.Create(t))]), ["livemode"] = false, ["metadata"] = new JsonObject(), ["status"] = "enabled", ["url"] = url, ["_secret"] = secret,
    };

    private static JsonObject UpdateEndpoint(StripeCall call)
    {
        call.Only("url", "enabled_events", "description", "metadata", "disabled");
        var endpoint = call.Session.Get(Kinds.WebhookEndpoint, call.Id);
        call.Into(endpoint, "url", "description");
        if (call.Texts("enabled_events") is { Count: > 0 } types)
        {
            endpoint["enabled_events"] = new JsonArray([.. types.Select(t => JsonValue.Create(t))]);
        }

        endpoint["status"] = call.Flag("disabled") is { } disabled ? disabled ? "disabled" : "enabled" : endpoint.Text("status");
        endpoint["metadata"] = call.Metadata(endpoint.Part("metadata"));
        return call.Session.Save(endpoint).Shown();
    }

    private static JsonObject CreateClock(StripeCall call)
    {
        call.Only("frozen_time", "name");
        var clock = new JsonObject
        {
            ["id"] = StripeIds.Next("clock"), ["object"] = Kinds.TestClock, ["created"] = call.Session.Now, ["deletes_after"] = call.Session.Now + (30 * Periods.Day),
            ["frozen_time"] = call.Long("frozen_time") ?? throw StripeRefusal.Missing("frozen_time"), ["livemode"] = false, ["name"] = call.Text("name"), ["status"] = "ready", ["status_details"] = new JsonObject(),
        };
        call.Session.Tell("test_helpers.test_clock.created", clock);
        return clock.Shown();
    }

    private static JsonObject Advance(StripeCall call)
    {
        call.Only("frozen_time");
        var clock = call.Session.Get(Kinds.TestClock, call.Id);
        var until = call.Long("frozen_time") ?? throw StripeRefusal.Missing("frozen_time");
        if (until <= clock.Long("frozen_time"))
        {
            throw StripeRefusal.Invalid("A test clock can only be advanced to a time later than its current time.", "frozen_time");
        }

        UsageCounting.Run(call.Session);
        BillingClock.Run(call.Session, call.Id, until, call.Address);
        clock = call.Session.Get(Kinds.TestClock, call.Id);
        clock["frozen_time"] = until;
        call.Session.Tell("test_helpers.test_clock.ready", clock);
        var shown = clock.Shown();
        shown["status"] = "advancing"; // Stripe answers before it is done; whoever polls finds it ready.
        return shown;
    }

    private static JsonObject DeleteClock(StripeCall call)
    {
        foreach (var customer in call.Session.All(Kinds.Customer).Where(c => c.Text("test_clock") == call.Id))
        {
            foreach (var kind in new[] { Kinds.Subscription, Kinds.Invoice, Kinds.InvoiceItem })
            {
                call.Session.Of(kind, customer.Required("id")).ForEach(thing => call.Session.Delete(thing.Required("id")));
            }

            call.Session.Delete(customer.Required("id"));
        }

        return Deleted(call, Kinds.TestClock);
    }

    private static JsonObject Deleted(StripeCall call, string kind)
    {
        call.Session.Get(kind, call.Id);
        call.Session.Delete(call.Id);
        return new JsonObject { ["id"] = call.Id, ["object"] = kind, ["deleted"] = true };
    }
}
