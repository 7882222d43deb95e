using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>What time and payments do to a subscription.</summary>
internal static class Subscriptions
{
    private const long TrialWarning = 3 * Periods.Day;

    /// <summary>When something happens to it next by itself; null when nothing does.</summary>
    public static long? DueOf(JsonObject subscription)
    {
        var end = subscription.LongOrNull("cancel_at");
        return subscription.Text("status") switch
        {
            "trialing" => Earliest(subscription.Long("trial_end") - (subscription.Flag("_warned") ? 0 : TrialWarning), end),
            "active" or "past_due" or "unpaid" => Earliest(Periods.Of(subscription).End, end),
            "incomplete" => subscription.Long("created") + (23 * Periods.Hour),
            _ => null,
        };
    }

    public static void Advance(StripeSession session, JsonObject subscription, long at)
    {
        var status = subscription.Text("status");
        if (subscription.LongOrNull("cancel_at") is { } cancelAt && cancelAt <= at)
        {
            End(session, subscription, at);
        }
        else if (status is "incomplete")
        {
            Become(session, subscription, "incomplete_expired");
        }
        else if (status is "trialing" && subscription.Long("trial_end") > at)
        {
            subscription["_warned"] = true;
            session.Tell("customer.subscription.trial_will_end", subscription);
        }
        else if (status is "trialing" && !CanPay(session, subscription) && BehaviourOf(subscription) is not "create_invoice")
        {
            EndUnpaidTrial(session, subscription, BehaviourOf(subscription), at);
        }
        else
        {
            Roll(session, subscription, at);
        }
    }

    /// <summary>Ends it now: what was used until then is invoiced once more.</summary>
    public static void End(StripeSession session, JsonObject subscription, long at, string? reason = "cancellation_requested")
    {
        var (start, _) = Periods.Of(subscription);
        var isUsed = subscription.Data("items").Any(i => Prices.IsMetered(i.Part("price")));
        if (isUsed && subscription.Text("status") is "active" or "trialing" or "past_due" && at > start)
        {
            var invoice = Invoices.Draft(session, Customers.Existing(session, subscription.Required("customer")), subscription, "subscription_cycle", start, at, at);
            AddUsage(session, invoice, subscription, UnbilledFrom(subscription), at);
            session.Tell("invoice.created", invoice);
        }

        (subscription["ended_at"], subscription["canceled_at"]) = (at, subscription["canceled_at"]?.DeepClone() ?? at);
        subscription.Part("cancellation_details")["reason"] = reason;
        subscription["status"] = "canceled";
        session.Tell("customer.subscription.deleted", subscription);
    }

    /// <summary>The first invoice, at once: the flat prices of the period that begins.</summary>
    public static JsonObject FirstInvoice(StripeSession session, JsonObject subscription, long at)
    {
        var (start, end) = Periods.Of(subscription);
        var invoice = Invoices.Draft(session, Customers.Existing(session, subscription.Required("customer")), subscription, "subscription_create", start, start, at);
        AddFlat(invoice, subscription, start, end);
        Invoices.Total(session, invoice);
        return session.Tell("invoice.created", invoice);
    }

    /// <summary>Usage comes late, so a draft counts it anew when it is made final.</summary>
    public static void CountUsage(StripeSession session, JsonObject invoice)
    {
        if (Invoices.SubscriptionOf(invoice) is not { } id || invoice.LongOrNull("_usage_from") is not { } from || session.Find(Kinds.Subscription, id) is not { } subscription)
        {
            return;
        }

        var lines = invoice.Part("lines")["data"] as JsonArray ?? [];
        foreach (var line in lines.OfType<JsonObject>().Where(l => l.Flag("_metered")).ToList())
        {
            lines.Remove(line);
        }

        AddUsage(session, invoice, subscription, from, invoice.Long("_usage_until"));
    }

    public static void AfterPayment(StripeSession session, JsonObject subscription, JsonObject invoice, bool isPaid)
    {
        var status = subscription.Text("status");
        var next = (status, isPaid) switch
        {
            ("incomplete", true) => "active",
            ("past_due" or "unpaid", true) when !session.Of(Kinds.Invoice, subscription.Required("customer")).Any(i => i.Text("status") is "open" && i.Long("attempt_count") > 0) => "active",
            ("active", false) when invoice.Text("billing_reason") is not "subscription_create" => "past_due",
            ("past_due", false) when invoice["next_payment_attempt"] is null => "unpaid",
            _ => status,
        };
        subscription["latest_invoice"] = invoice.Text("id");
        session.Save(subscription);
        if (next != status)
        {
            Become(session, subscription, next ?? "active");
        }
    }

    /// <summary>Invoices in the middle of a period what was used, once it reaches the amount that was agreed.</summary>
    public static bool Threshold(StripeSession session, JsonObject subscription, string address, long at)
    {
        // Not of a trial, and not on the last day: two invoices of one day would confuse.
        if (subscription.Text("status") is not ("active" or "past_due") || subscription.Part("billing_thresholds").LongOrNull("amount_gte") is not { } threshold
            || at > Periods.Of(subscription).End - Periods.Day)
        {
            return false;
        }

        var from = UnbilledFrom(subscription);
        var invoice = Invoices.Draft(session, Customers.Existing(session, subscription.Required("customer")), subscription, "subscription_threshold", from, at, at);
        AddUsage(session, invoice, subscription, from, at);
        var used = invoice.Data("lines").Sum(l => l.Long("amount"));
        if (used - Coupons.Take(invoice, subscription, used) < threshold)
        {
            return false;
        }

        subscription["_usage_billed_until"] = at;
        session.Save(subscription);
        session.Tell("invoice.created", invoice);
        Invoices.Finalize(session, invoice, address, at);
        Invoices.TryPay(session, invoice, at, out _);
        return true;
    }

    /// <summary>Since when usage is on no invoice yet: since the period began, or since an invoice in the middle of it.</summary>
    public static long UnbilledFrom(JsonObject subscription) => Math.Max(Periods.Of(subscription).Start, subscription.Long("_usage_billed_until"));

    public static void Become(StripeSession session, JsonObject subscription, string status)
    {
        var before = subscription.Copy();
        subscription["status"] = status;
        session.Tell("customer.subscription.updated", subscription, before);
    }

    private static void Roll(StripeSession session, JsonObject subscription, long at)
    {
        var before = subscription.Copy();
        var (start, end) = Periods.Of(subscription);
        var unbilled = UnbilledFrom(subscription);
        var wasTrial = subscription.Text("status") is "trialing";
        var from = wasTrial ? subscription.Long("trial_end") : end;
        var recurring = subscription.Data("items").First().Part("price").Part("recurring");
        if (wasTrial)
        {
            (subscription["status"], subscription["billing_cycle_anchor"]) = ("active", from);
        }

        var until = Periods.Next(subscription.Long("billing_cycle_anchor"), from, recurring);
        Periods.Set(subscription, from, until);
        var invoice = Invoices.Draft(session, Customers.Existing(session, subscription.Required("customer")), subscription, "subscription_cycle", start, end, at);
        AddUsage(session, invoice, subscription, unbilled, from);
        AddFlat(invoice, subscription, from, until);
        Invoices.Total(session, invoice);
        session.Tell("invoice.created", invoice);
        (subscription["latest_invoice"], subscription["_usage_billed_until"]) = (invoice.Text("id"), from);
        session.Tell("customer.subscription.updated", subscription, before);
    }

    private static string BehaviourOf(JsonObject subscription) => subscription.Part("trial_settings").Part("end_behavior").Text("missing_payment_method") ?? "create_invoice";

    private static void EndUnpaidTrial(StripeSession session, JsonObject subscription, string behaviour, long at)
    {
        if (behaviour is "cancel")
        {
            End(session, subscription, at, "payment_failed");
        }
        else
        {
            Become(session, subscription, "paused");
        }
    }

    private static void AddFlat(JsonObject invoice, JsonObject subscription, long start, long end)
    {
        foreach (var item in subscription.Data("items").Where(i => !Prices.IsMetered(i.Part("price"))))
        {
            var isTrial = subscription.Text("status") is "trialing";
            Invoices.AddLine(invoice, subscription, item, item.LongOrNull("quantity") ?? 1, (start, end), isTrial ? 0 : null, isTrial ? $"Trial of {item.Part("price").Text("nickname") ?? "the plan"}" : null);
        }
    }

    private static void AddUsage(StripeSession session, JsonObject invoice, JsonObject subscription, long from, long until)
    {
        (invoice["_usage_from"], invoice["_usage_until"]) = (from, until);
        foreach (var item in subscription.Data("items").Where(i => Prices.IsMetered(i.Part("price"))))
        {
            if (item.Part("price").Part("recurring").Text("meter") is { } meterId && session.Find(Kinds.Meter, meterId) is { } meter)
            {
                Invoices.AddLine(invoice, subscription, item, Meters.Usage(session, meter, subscription.Required("customer"), from, until), (from, until));
            }
        }
    }

    private static bool CanPay(StripeSession session, JsonObject subscription) =>
        Customers.CardOf(session, Customers.Existing(session, subscription.Required("customer")), subscription.Text("default_payment_method")) is not null;

    private static long Earliest(long one, long? other) => other is { } second && second < one ? second : one;
}
