using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>Lets time do its work, one due thing after the other in the order of their times: on the wall, or under a test clock.</summary>
internal static class BillingClock
{
    private const int Most = 5_000;

    /// <summary>How many things happened.</summary>
    public static int Run(StripeSession session, string? clockId, long until, string address)
    {
        for (var done = 0; ; done++)
        {
            var due = Due(session, clockId).Where(d => d.At <= until).OrderBy(d => d.At).FirstOrDefault();
            if (due.Thing is null || done >= Most)
            {
                return done;
            }

            if (clockId is not null && session.Find(Kinds.TestClock, clockId) is { } clock && due.At > clock.Long("frozen_time"))
            {
                clock["frozen_time"] = due.At;
                session.Save(clock);
            }

            Do(session, due.Thing, due.At, address);
        }
    }

    private static void Do(StripeSession session, JsonObject thing, long at, string address)
    {
        if (thing.Text("object") is Kinds.Subscription)
        {
            Subscriptions.Advance(session, thing, at);
        }
        else if (thing.Text("object") is Kinds.Checkout)
        {
            thing["status"] = "expired";
            session.Tell("checkout.session.expired", thing);
        }
        else if (thing.Text("status") is "draft")
        {
            Invoices.Finalize(session, thing, address, at);
        }
        else
        {
            Invoices.TryPay(session, thing, at, out _);
        }
    }

    private static IEnumerable<(JsonObject Thing, long At)> Due(StripeSession session, string? clockId) =>
        session.In(Kinds.Subscription, clockId, "trialing", "active", "past_due", "unpaid", "incomplete").Select(s => (s, Subscriptions.DueOf(s)))
            .Concat(session.In(Kinds.Invoice, clockId, "draft", "open").Select(i => (i, DueOf(i))))
            .Concat(session.In(Kinds.Checkout, clockId, "open").Select(c => (c, c.LongOrNull("expires_at"))))
            .Where(d => d.Item2 is not null).Select(d => (d.Item1, d.Item2 ?? 0));

    private static long? DueOf(JsonObject invoice) => !invoice.Flag("auto_advance") ? null : invoice.Text("status") switch
    {
        "draft" => invoice.LongOrNull("automatically_finalizes_at"),
        "open" => invoice.LongOrNull("next_payment_attempt"),
        _ => null,
    };
}
