using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Engine;

namespace Portal.Sandbox.Stripe.Resources;

internal static class SubscriptionCalls
{
    private const string Template = """
        { "id": "", "object": "subscription", "application": null, "application_fee_percent": null, "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
          "billing_cycle_anchor": 0, "billing_cycle_anchor_config": null, "billing_mode": { "flexible": null, "type": "classic" }, "billing_schedules": [], "billing_thresholds": null,
          "cancel_at": null, "cancel_at_period_end": false, "canceled_at": null, "cancellation_details": { "comment": null, "feedback": null, "feedback_option": null, "reason": null },
          "collection_method": "charge_automatically", "created": 0, "currency": "usd", "customer": "", "customer_account": null, "days_until_due": null, "default_payment_method": null,
          "default_source": null, "default_tax_rates": [], "description": null, "discounts": [], "ended_at": null,
          "invoice_settings": { "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null, "issuer": { "type": "self" } }, "items": null, "latest_invoice": null,
          "livemode": false, "managed_payments": null, "metadata": {}, "next_pending_invoice_item_invoice": null, "on_behalf_of": null, "pause_collection": null,
          "payment_settings": { "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off" }, "pending_invoice_item_interval": null,
          "pending_setup_intent": null, "pending_update": null, "schedule": null, "start_date": 0, "status": "active", "test_clock": null, "transfer_data": null, "trial_end": null,
          "trial_settings": { "end_behavior": { "billing_cycle_anchor": null, "missing_payment_method": "create_invoice" } }, "trial_start": null }
        """;

    public static void Map(StripeRoutes routes)
    {
        routes.Post("subscriptions", call =>
        {
            call.Only([.. s_settable, "customer", "items.price", "items.quantity", "items.metadata", "trial_period_days", "payment_behavior", "off_session", "currency", "billing_mode.type"]);
            Agree(call, "collection_method", "charge_automatically");
            _ = call.OneOf("payment_behavior", "allow_incomplete", "allow_incomplete", "default_incomplete", "error_if_incomplete");
            return Create(call, Customers.Existing(call.Session, call.Required("customer")), isCheckout: false).Shown();
        });
        routes.Get("subscriptions", List);
        routes.One("subscriptions/*", Kinds.Subscription);
        routes.Post("subscriptions/*", Update);
        routes.Delete("subscriptions/*", Cancel);
        routes.Get("subscription_items", call => call.Lists("subscription").Page(call.Session.Get(Kinds.Subscription, call.Required("subscription"), "subscription").Data("items").Select(i => i.Copy())));
        routes.Get("subscription_items/*", call => call.Only().Session.All(Kinds.Subscription).SelectMany(s => s.Data("items")).FirstOrDefault(i => i.Text("id") == call.Id)?.Shown()
            ?? throw StripeRefusal.NoSuch("subscription item", call.Id));
    }

    /// <summary>Begins a subscription; what a checkout asks for has the same names as what a call asks for.</summary>
    public static JsonObject Create(StripeCall call, JsonObject customer, bool isCheckout)
    {
        var (session, at) = (call.Session, call.Session.TimeOf(customer));
        var subscription = StripeJson.From(Template);
        var id = StripeIds.Next("sub");
        (subscription["id"], subscription["customer"], subscription["created"], subscription["start_date"]) = (id, customer.Text("id"), at, at);
        (subscription["test_clock"], subscription["metadata"]) = (customer.Text("test_clock"), call.Metadata());
        subscription["items"] = StripeJson.List($"/v1/subscription_items?subscription={id}", Items(call, id, at));
        Fill(call, customer, subscription);
        var trialEnd = call.Long("trial_period_days") is { } days ? at + (days * Periods.Day) : call.Text("trial_end") is null or "now" ? null : call.Long("trial_end");
        var isTrial = trialEnd > at;
        (subscription["trial_start"], subscription["trial_end"], subscription["billing_cycle_anchor"]) = (isTrial ? at : null, isTrial ? trialEnd : null, isTrial ? trialEnd : at);
        var recurring = subscription.Data("items").First().Part("price").Part("recurring");
        Periods.Set(subscription, at, isTrial ? trialEnd ?? at : Periods.Next(at, at, recurring));
        subscription["status"] = isTrial ? "trialing" : "incomplete";
        Discount(call, customer, subscription, at);
        End(call, subscription, at);
        customer["currency"] = subscription.Text("currency");
        session.Save(customer);
        session.Save(subscription);
        Begin(call, subscription, isCheckout || call.Text("payment_behavior") is "error_if_incomplete", at);
        return session.Get(Kinds.Subscription, id);
    }

    public static void SetCancelAtPeriodEnd(StripeSession session, JsonObject subscription, bool cancel, long at)
    {
        subscription["cancel_at_period_end"] = cancel;
        (subscription["cancel_at"], subscription["canceled_at"]) = (cancel ? Periods.Of(subscription).End : null, cancel ? at : null);
        subscription.Part("cancellation_details")["reason"] = cancel ? "cancellation_requested" : null;
        session.Save(subscription);
    }

    private static readonly string[] s_settable =
    [
        "metadata", "trial_end", "trial_settings.end_behavior.missing_payment_method", "default_payment_method", "collection_method", "discounts", "discounts.coupon", "discounts.promotion_code",
        "automatic_tax.enabled", "billing_thresholds", "billing_thresholds.amount_gte", "cancel_at_period_end", "cancel_at", "description", "payment_settings.save_default_payment_method", "proration_behavior",
    ];

    /// <summary>A choice of which this sandbox has one alone: any other is refused, and not taken for it.</summary>
    public static void Agree(StripeCall call, string name, string only) => _ = call.OneOf(name, only, only);

    private static void Discount(StripeCall call, JsonObject customer, JsonObject subscription, long at)
    {
        if (call.Has("discounts"))
        {
            (subscription["_discount"], subscription["discounts"]) = (null, new JsonArray());
        }

        foreach (var asked in call.Items("discounts"))
        {
            var discount = Coupons.Redeem(call.Session, asked.Text("coupon"), asked.Text("promotion_code"), customer.Required("id"), subscription.Text("id"), at);
            (subscription["_discount"], subscription["discounts"]) = (discount, new JsonArray(discount.Text("id")));
        }
    }

    private static void End(StripeCall call, JsonObject subscription, long at)
    {
        if (call.Flag("cancel_at_period_end") is { } cancel)
        {
            SetCancelAtPeriodEnd(call.Session, subscription, cancel, at);
        }

        if (call.Has("cancel_at"))
        {
            (subscription["cancel_at"], subscription["canceled_at"]) = (call.Long("cancel_at"), call.Long("cancel_at") is null ? null : at);
        }
    }

    private static void Begin(StripeCall call, JsonObject subscription, bool mustPay, long at)
    {
        var session = call.Session;
        session.Emit("customer.subscription.created", subscription);
        var invoice = Subscriptions.FirstInvoice(session, subscription, at);
        subscription["latest_invoice"] = invoice.Text("id");
        session.Save(subscription);
        Invoices.Finalize(session, invoice, call.Address, at);
        if (call.Text("payment_behavior") is not "default_incomplete" && !Invoices.TryPay(session, invoice, at, out var declined) && mustPay)
        {
            // Nothing of it stays: the whole call is undone.
            throw declined is "no_card"
                ? StripeRefusal.Invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.", code: "resource_missing")
                : StripeRefusal.Declined(declined ?? "generic_decline");
        }

        if (session.Get(Kinds.Subscription, subscription.Required("id")) is var now && now.Text("status") is "incomplete" && invoice.Text("status") is "paid")
        {
            Subscriptions.Become(session, now, "active");
        }
    }

    private static IEnumerable<JsonObject> Items(StripeCall call, string id, long at)
    {
        var items = call.Items("items");
        return items.Count is 0 ? throw StripeRefusal.Missing("items") : items.Select(item => Item(item, id, at)).ToList();
    }

    private static JsonObject Item(StripeCall item, string id, long at)
    {
        var price = item.Session.Get(Kinds.Price, item.Required("price"), "items[0][price]");
        if (!price.Flag("active") || price.Text("type") is not "recurring")
        {
            throw StripeRefusal.Invalid($"The price specified is inactive or not recurring: {price.Text("id")}.", "items[0][price]");
        }

        if (Prices.IsMetered(price) && item.Has("quantity"))
        {
            throw StripeRefusal.Invalid("Usage-based prices cannot have a quantity.", "items[0][quantity]");
        }

        var made = new JsonObject
        {
            ["id"] = StripeIds.Next("si", 14), ["object"] = "subscription_item", ["billing_thresholds"] = null, ["created"] = at, ["current_period_end"] = 0, ["current_period_start"] = 0,
            ["current_trial"] = null, ["discounts"] = new JsonArray(), ["metadata"] = item.Metadata(), ["plan"] = Plan(price), ["price"] = price.Shown(), ["subscription"] = id, ["tax_rates"] = new JsonArray(),
        };
        if (!Prices.IsMetered(price))
        {
            made["quantity"] = item.Long("quantity") ?? 1;
        }

        return made;
    }

    private static JsonObject Plan(JsonObject price) => new()
    {
        ["id"] = price.Text("id"), ["object"] = "plan", ["active"] = price.Flag("active"), ["amount"] = price["unit_amount"]?.DeepClone(), ["amount_decimal"] = price.Text("unit_amount_decimal"),
        ["billing_scheme"] = "per_unit", ["created"] = price.Long("created"), ["currency"] = price.Text("currency"), ["interval"] = price.Part("recurring").Text("interval"),
        ["interval_count"] = price.Part("recurring").Long("interval_count"), ["livemode"] = false, ["metadata"] = price["metadata"]?.DeepClone(), ["meter"] = price.Part("recurring").Text("meter"),
        ["nickname"] = price.Text("nickname"), ["product"] = price.Text("product"), ["tiers_mode"] = null, ["transform_usage"] = null, ["trial_period_days"] = null,
        ["usage_type"] = price.Part("recurring").Text("usage_type"),
    };

    private static void Fill(StripeCall call, JsonObject customer, JsonObject subscription)
    {
        call.Into(subscription, "description");
        call.At("payment_settings").Into(subscription.Part("payment_settings"), "save_default_payment_method");
        if (call.Has("billing_mode"))
        {
            subscription.Part("billing_mode")["type"] = call.At("billing_mode").OneOf("type", "classic", "classic");
        }

        if (call.Text("default_payment_method") is { } card)
        {
            subscription["default_payment_method"] = call.Session.Get(Kinds.PaymentMethod, card, "default_payment_method").Text("customer") == customer.Text("id") ? card
                : throw StripeRefusal.Invalid($"The customer does not have a payment method with the ID {card}.", "default_payment_method", "resource_missing");
        }

        if (call.Has("automatic_tax"))
        {
            subscription.Part("automatic_tax")["enabled"] = call.At("automatic_tax").Flag("enabled") ?? false;
        }

        if (call.Has("billing_thresholds"))
        {
            var flat = subscription.Data("items").Where(i => !Prices.IsMetered(i.Part("price"))).Sum(i => Prices.AmountOf(i.Part("price"), i.LongOrNull("quantity") ?? 1));
            if (call.At("billing_thresholds").Long("amount_gte") <= flat && flat > 0)
            {
                throw StripeRefusal.Invalid($"The monetary threshold must be greater than the sum of all licensed prices, {flat}.", "billing_thresholds[amount_gte]");
            }

            subscription["billing_thresholds"] = call.At("billing_thresholds").Long("amount_gte") is { } amount ? new JsonObject { ["amount_gte"] = amount, ["reset_billing_cycle_anchor"] = false } : null;
        }

        if (call.At("trial_settings").At("end_behavior") is var end && end.Has("missing_payment_method"))
        {
            subscription.Part("trial_settings").Part("end_behavior")["missing_payment_method"] = end.OneOf("missing_payment_method", "create_invoice", "cancel", "create_invoice", "pause");
        }
    }

    private static JsonObject List(StripeCall call)
    {
        call.Lists("customer", "status", "price", "created", "test_clock");
        var status = call.OneOf("status", "current", "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid");
        var all = call.Text("customer") is { } customer ? call.Session.Of(Kinds.Subscription, customer) : call.Session.All(Kinds.Subscription);
        return call.Page(all.Where(s => status switch
        {
            "all" => true,
            "current" => s.Text("status") is not "canceled",
            "ended" => s.Text("status") is "canceled" or "incomplete_expired",
            _ => s.Text("status") == status,
        }).Where(s => call.Text("test_clock") is not { } clock || s.Text("test_clock") == clock).Where(s => call.Text("price") is not { } price || s.Data("items").Any(i => i.Part("price").Text("id") == price)));
    }

    private static JsonObject Update(StripeCall call)
    {
        call.Only([.. s_settable, "items.id", "items.price", "items.quantity", "items.deleted", "items.metadata", "payment_behavior", "cancellation_details.comment", "cancellation_details.feedback", "off_session"]);
        Agree(call, "collection_method", "charge_automatically");
        Agree(call, "payment_behavior", "allow_incomplete");
        var session = call.Session;
        var subscription = session.Get(Kinds.Subscription, call.Id);
        if (subscription.Text("status") is "canceled" or "incomplete_expired")
        {
            throw StripeRefusal.Invalid("A canceled subscription can only update its cancellation_details and metadata.", code: "resource_missing");
        }

        var before = subscription.Copy();
        var customer = Customers.Existing(session, subscription.Required("customer"));
        var at = session.TimeOf(customer);
        Fill(call, customer, subscription);
        subscription["metadata"] = call.Metadata(subscription.Part("metadata"));
        ChangeItems(call, subscription, at);
        Discount(call, customer, subscription, at);
        End(call, subscription, at);
        call.At("cancellation_details").Into(subscription.Part("cancellation_details"), "comment", "feedback");
        session.Save(subscription);
        if (call.Text("trial_end") is "now" && subscription.Text("status") is "trialing")
        {
            subscription["trial_end"] = at;
            session.Save(subscription);
            BillingClock.Run(session, subscription.Text("test_clock"), at, call.Address);
            subscription = session.Get(Kinds.Subscription, call.Id);
        }

        session.Emit("customer.subscription.updated", subscription, before);
        return subscription.Shown();
    }

    private static void ChangeItems(StripeCall call, JsonObject subscription, long at)
    {
        var list = subscription.Part("items")["data"] as JsonArray ?? [];
        var (start, end) = Periods.Of(subscription);
        foreach (var (index, asked) in call.Items("items").Index())
        {
            var existing = asked.Text("id") is { } id
                ? list.OfType<JsonObject>().FirstOrDefault(i => i.Text("id") == id) ?? throw StripeRefusal.NoSuch("subscription item", id, $"items[{index}][id]")
                : null;
            if (existing is not null)
            {
                Prorate(call, subscription, existing, -1, at, (start, end));
                list.Remove(existing);
            }

            if (asked.Flag("deleted") is true)
            {
                continue;
            }

            var made = Item(existing is null || asked.Has("price") ? asked : asked with { Params = With(asked.Params, existing.Part("price").Required("id")) }, call.Id, at);
            made["id"] = existing?.Text("id") ?? made.Text("id");
            list.Add(made);
            Prorate(call, subscription, made, 1, at, (start, end));
        }

        if (list.Count is 0)
        {
            throw StripeRefusal.Invalid("A subscription must have at least one active plan.", "items");
        }

        Periods.Set(subscription, start, end);
        InvoiceAtOnce(call, subscription, at);
    }

    private static JsonObject With(JsonObject parameters, string price)
    {
        var all = parameters.Copy();
        all["price"] = price;
        return all;
    }

    // The rest of the period at the old price is given back, and asked for at the new one.
    private static void Prorate(StripeCall call, JsonObject subscription, JsonObject item, int sign, long at, (long Start, long End) period)
    {
        var price = item.Part("price");
        if (call.OneOf("proration_behavior", "create_prorations", "create_prorations", "always_invoice", "none") is "none" || Prices.IsMetered(price) || subscription.Text("status") is "trialing")
        {
            return;
        }

        var (start, end) = period;
        var share = end <= start ? 0 : (decimal)(end - at) / (end - start);
        var amount = (long)Math.Round(sign * Prices.AmountOf(price, item.LongOrNull("quantity") ?? 1) * share, MidpointRounding.AwayFromZero);
        call.Session.Save(InvoiceCalls.Item(subscription.Required("customer"), amount, subscription.Text("currency") ?? "usd",
            (sign < 0 ? "Unused time on " : "Remaining time on ") + (price.Text("nickname") ?? price.Text("id")), at, end, isProration: true, subscription.Text("test_clock")));
    }

    private static void InvoiceAtOnce(StripeCall call, JsonObject subscription, long at)
    {
        if (call.Text("proration_behavior") is not "always_invoice" || call.Items("items").Count is 0)
        {
            return;
        }

        call.Session.Save(subscription);
        var invoice = Invoices.Draft(call.Session, Customers.Existing(call.Session, subscription.Required("customer")), subscription, "subscription_update", at, at, at);
        Invoices.Total(call.Session, invoice);
        call.Session.Tell("invoice.created", invoice);
        Invoices.Finalize(call.Session, invoice, call.Address, at);
        Invoices.TryPay(call.Session, invoice, at, out _);
        var paid = call.Session.Get(Kinds.Subscription, call.Id);
        (subscription["status"], subscription["latest_invoice"]) = (paid.Text("status"), invoice.Text("id"));
    }

    private static JsonObject Cancel(StripeCall call)
    {
        call.Only("invoice_now", "prorate", "cancellation_details.comment", "cancellation_details.feedback");
        Agree(call, "invoice_now", "true");
        Agree(call, "prorate", "false");
        var subscription = call.Session.Get(Kinds.Subscription, call.Id);
        if (subscription.Text("status") is "canceled")
        {
            throw StripeRefusal.NoSuch("subscription", call.Id);
        }

        call.At("cancellation_details").Into(subscription.Part("cancellation_details"), "comment", "feedback");
        Subscriptions.End(call.Session, subscription, call.Session.TimeOf(subscription));
        return subscription.Shown();
    }
}
