using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Engine;

namespace Portal.Sandbox.Stripe;

/// <summary>What tests steer deliveries with: hold them, send them again, in whatever order and number. Stripe has nothing like it.</summary>
internal static class StripeControlApi
{
    private sealed record Again(IReadOnlyList<string>? Events, int Copies = 1, int? Seed = null);

    private sealed record Hold(bool Held);

    public static void MapStripeControl(this IEndpointRouteBuilder app)
    {
        app.MapGet("/sandbox/stripe/deliveries", (StripeDatabase database) =>
        {
            var all = database.Run(session => session.Rows(
                "SELECT seq, endpoint, event, attempts, state, status FROM delivery ORDER BY seq DESC LIMIT 500",
                row => new JsonObject
                {
                    ["seq"] = row.GetInt64(0), ["endpoint"] = row.GetString(1), ["event"] = row.GetString(2), ["attempts"] = row.GetInt32(3), ["state"] = row.GetString(4),
                    ["status"] = row.IsDBNull(5) ? null : row.GetInt32(5),
                }));
            return Results.Json(all);
        });
        app.MapPut("/sandbox/stripe/deliveries/hold", (Hold hold, WebhookSender sender) =>
        {
            sender.IsHeld = hold.Held;
            return Results.NoContent();
        });
        app.MapPost("/sandbox/stripe/deliveries", (Again again, StripeDatabase database) => Results.Json(new { queued = database.Run(session => Queue(session, again)) }));
        app.MapPost("/sandbox/stripe/deliveries/now", (StripeDatabase database) => Results.Json(new
        {
            hurried = database.Run(session => session.Run("UPDATE delivery SET due = $now WHERE state = 'pending'", ("$now", session.Now))),
        }));
    }

    private static int Queue(StripeSession session, Again again)
    {
        var events = again.Events ?? [.. session.All(Kinds.Event).Select(e => e.Required("id")).Reverse()];
        var queue = Enumerable.Repeat(events, Math.Clamp(again.Copies, 1, 20)).SelectMany(e => e).ToArray();
        if (again.Seed is { } seed)
        {
#pragma warning disable CA5394 // An order that can be had again, not a secret.
            new Random(seed).Shuffle(queue);
#pragma warning restore CA5394
        }

        var endpoints = session.All(Kinds.WebhookEndpoint).Where(e => e.Text("status") is "enabled").ToList();
        foreach (var eventId in queue)
        {
            endpoints.ForEach(endpoint => session.Queue(endpoint.Required("id"), eventId));
        }

        return queue.Length * endpoints.Count;
    }
}
