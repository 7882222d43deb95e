using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Engine;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Checkout and the billing portal: sessions that lead a person to a page of this server.</summary>
internal static class CheckoutCalls
{
    private const string Template = """
        { "id": "", "object": "checkout.session", "adaptive_pricing": null, "after_expiration": null, "allow_promotion_codes": null, "allowed_payment_method_types": null, "amount_subtotal": 0, "amount_total": 0,
          "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null }, "billing_address_collection": null, "cancel_url": null, "client_reference_id": null,
          "client_secret": null, "collected_information": null, "consent": null, "consent_collection": null, "created": 0, "currency": "usd", "currency_conversion": null,
          "custom_fields": [], "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null }, "customer": null,
          "customer_account": null, "customer_creation": null, "customer_details": null, "customer_email": null, "discounts": [], "expires_at": 0, "integration_identifier": null, "invoice": null, "invoice_creation": null,
          "livemode": false, "locale": null, "managed_payments": null, "metadata": {}, "mode": "subscription", "origin_context": null, "payment_intent": null, "payment_link": null,
          "payment_method_collection": "always", "payment_method_configuration_details": null, "payment_method_options": null, "payment_method_types": ["card"],
          "payment_status": "unpaid", "permissions": null, "phone_number_collection": { "enabled": false }, "recovered_from": null, "saved_payment_method_options": null,
          "setup_intent": null, "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [], "status": "open", "submit_type": null, "subscription": null,
          "success_url": null, "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 }, "ui_mode": "hosted_page", "url": null, "wallet_options": null }
        """;

    private const string Configuration = "bpc_sandbox";

    private const string ConfigurationTemplate = """
        { "id": "bpc_sandbox", "object": "billing_portal.configuration", "active": true, "application": null,
          "business_profile": { "headline": null, "privacy_policy_url": null, "terms_of_service_url": null }, "created": 0, "default_return_url": null,
          "features": { "customer_update": { "allowed_updates": [], "enabled": false }, "invoice_history": { "enabled": true }, "payment_method_update": { "enabled": true, "payment_method_configuration": null },
            "subscription_cancel": { "cancellation_reason": { "enabled": false, "feedback_options": null, "options": [] }, "enabled": true, "mode": "at_period_end", "proration_behavior": "none" },
            "subscription_pause": { "duration": { "interval_options": [{ "interval": "month", "interval_count": 1 }], "type": "interval_options" }, "enabled": false },
            "subscription_update": { "billing_cycle_anchor": null, "default_allowed_updates": [], "enabled": false, "products": [], "proration_behavior": "none", "schedule_at_period_end": { "conditions": [] }, "trial_update_behavior": "end_trial" } },
          "is_default": true, "livemode": false, "login_page": { "enabled": false, "url": null }, "metadata": {}, "name": null, "updated": 0 }
        """;

    public static void Map(StripeRoutes routes)
    {
        routes.Post("checkout/sessions", Create);
        routes.Get("checkout/sessions", call => call.Lists("customer", "status", "subscription", "created").Page((call.Text("customer") is { } customer ? call.Session.Of(Kinds.Checkout, customer) : call.Session.All(Kinds.Checkout))
            .Where(s => call.Text("status") is not { } status || s.Text("status") == status)
            .Where(s => call.Text("subscription") is not { } subscription || s.Text("subscription") == subscription)));
        routes.One("checkout/sessions/*", Kinds.Checkout);
        routes.Get("checkout/sessions/*/line_items", call => call.Lists().Page(LineItems(call.Session, call.Session.Get(Kinds.Checkout, call.Id))));
        routes.Post("checkout/sessions/*/expire", Expire);
        routes.Post("billing_portal/sessions", CreatePortal);
        routes.Get("billing_portal/configurations", call => call.Lists("active", "is_default").Page([StripeJson.From(ConfigurationTemplate)]));
        routes.Get("billing_portal/configurations/*", call => call.Only().Id is Configuration ? StripeJson.From(ConfigurationTemplate) : throw StripeRefusal.NoSuch("configuration", call.Id));
    }

    /// <summary>What the person on the page asks for: the card, and perhaps a code. Throws where the card is declined.</summary>
    public static JsonObject Complete(StripeSession session, JsonObject checkout, string cardNumber, string code, string country, string address)
    {
        if (checkout.Text("status") is not "open")
        {
            throw StripeRefusal.Invalid("This checkout session is no longer open.");
        }

        var customer = checkout.Text("customer") is { } id ? Customers.Existing(session, id) : throw StripeRefusal.Missing("customer");
        var card = PaymentMethods.FromNumber(session, cardNumber);
        PaymentMethods.Attach(session, card.Required("id"), customer.Required("id"));
        if (checkout.Flag("_takes_address"))
        {
            customer = session.Get(Kinds.Customer, customer.Required("id"));
            var to = customer["address"]?.DeepClone() as JsonObject ?? new JsonObject { ["city"] = null, ["line1"] = null, ["line2"] = null, ["postal_code"] = null, ["state"] = null };
            to["country"] = country.Length is 2 ? country.ToUpperInvariant() : throw StripeRefusal.Invalid("Choose a country.", "country");
            customer["address"] = to;
            session.Save(customer);
        }

        if (checkout.Text("mode") is "subscription")
        {
            var parameters = checkout.Part("_subscription").Copy();
            (parameters["items"], parameters["default_payment_method"]) = (checkout["_items"]?.DeepClone(), card.Text("id"));
            if (code is not "")
            {
                var promotion = session.All(Kinds.PromotionCode).Find(p => p.Flag("active") && string.Equals(p.Text("code"), code, StringComparison.OrdinalIgnoreCase))
                    ?? throw StripeRefusal.Invalid($"This code is invalid: {code}.", "promotion_code");
                parameters["discounts"] = new JsonObject { ["0"] = new JsonObject { ["promotion_code"] = promotion.Text("id") } };
            }

            var call = new StripeCall(session, parameters, [], address, "/v1/subscriptions");
            var subscription = SubscriptionCalls.Create(call, Customers.Existing(session, customer.Required("id")), isCheckout: true);
            var invoice = session.Get(Kinds.Invoice, subscription.Required("latest_invoice"));
            (checkout["subscription"], checkout["invoice"], checkout["amount_total"]) = (subscription.Text("id"), invoice.Text("id"), invoice.Long("total"));
        }

        (checkout["status"], checkout["payment_status"]) = ("complete", checkout.Text("mode") is "setup" ? "no_payment_required" : "paid");
        session.Tell("checkout.session.completed", checkout);
        return checkout;
    }

    private static JsonObject Create(StripeCall call)
    {
        call.Only("mode", "customer", "customer_email", "line_items.price", "line_items.quantity", "success_url", "cancel_url", "subscription_data.metadata", "subscription_data.trial_period_days",
            "subscription_data.trial_end", "subscription_data.description", "subscription_data.trial_settings.end_behavior.missing_payment_method", "metadata", "client_reference_id",
            "allow_promotion_codes", "discounts.coupon", "discounts.promotion_code", "automatic_tax.enabled", "billing_address_collection", "payment_method_collection", "payment_method_types", "ui_mode",
            "locale", "customer_update.address", "customer_update.name", "expires_at", "currency");
        SubscriptionCalls.Agree(call, "ui_mode", "hosted_page");
        SubscriptionCalls.Agree(call, "payment_method_collection", "always");
        if (call.Has("allow_promotion_codes") && call.Has("discounts"))
        {
            throw StripeRefusal.Invalid("You may only specify one of these parameters: allow_promotion_codes, discounts.");
        }

        if (call.Texts("payment_method_types").FirstOrDefault(t => t is not "card") is { } other)
        {
            throw StripeRefusal.Invalid($"The payment method type provided: {other} is invalid. This sandbox has cards alone.", "payment_method_types");
        }

        var (session, mode) = (call.Session, call.OneOf("mode", "payment", "subscription", "setup", "payment"));
        if (mode is "payment")
        {
            throw StripeRefusal.Invalid("This sandbox has no checkout for single payments. Use mode subscription or setup.", "mode");
        }

        var checkout = StripeJson.From(Template);
        var id = StripeIds.Next("cs_test", 58);
        (checkout["id"], checkout["mode"], checkout["created"], checkout["expires_at"]) = (id, mode, session.Now, call.Long("expires_at") ?? session.Now + Periods.Day);
        checkout["success_url"] = call.Required("success_url");
        call.Into(checkout, "cancel_url", "client_reference_id", "customer_email", "locale", "billing_address_collection");
        checkout["_takes_address"] = call.Text("billing_address_collection") is "required" && (call.At("customer_update").Text("address") is "auto" || !call.Has("customer"));
        checkout["url"] = $"{call.Address}/stripe/checkout/{id}";
        (checkout["metadata"], checkout["allow_promotion_codes"]) = (call.Metadata(), call.Flag("allow_promotion_codes"));
        var customer = call.Text("customer") is { } existing ? Customers.Existing(session, existing) : null;
        // Unlike Stripe, a session without a customer gets one at once; it is the same afterwards.
        checkout["customer"] = customer?.Text("id") ?? Customers.Create(call with { Params = new JsonObject { ["email"] = call.Text("customer_email") } }).Text("id");
        checkout["customer_details"] = new JsonObject
        {
            ["address"] = customer?["address"]?.DeepClone(), ["business_name"] = null, ["email"] = customer?.Text("email") ?? call.Text("customer_email"), ["individual_name"] = null, ["name"] = customer?.Text("name"),
            ["phone"] = null, ["tax_exempt"] = "none", ["tax_ids"] = new JsonArray(),
        };
        if (mode is "subscription")
        {
            AddItems(call, checkout);
        }

        session.Save(checkout);
        return checkout.Shown();
    }

    private static void AddItems(StripeCall call, JsonObject checkout)
    {
        var items = call.Items("line_items");
        if (items.Count is 0)
        {
            throw StripeRefusal.Missing("line_items");
        }

        var total = 0L;
        foreach (var item in items)
        {
            var price = call.Session.Get(Kinds.Price, item.Text("price") ?? throw StripeRefusal.Missing("line_items[0][price]"), "line_items[0][price]");
            total += Prices.IsMetered(price) ? 0 : Prices.AmountOf(price, StripeJson.ToDecimal(item.Text("quantity") ?? "1"));
        }

        (checkout["_items"], checkout["_subscription"]) = (call.Params["line_items"]?.DeepClone(), call.Params.Part("subscription_data").DeepClone());
        if (call.Has("discounts"))
        {
            checkout.Part("_subscription")["discounts"] = call.Params["discounts"]?.DeepClone();
        }

        if (call.Has("automatic_tax"))
        {
            checkout.Part("_subscription")["automatic_tax"] = call.Params["automatic_tax"]?.DeepClone();
            checkout.Part("automatic_tax")["enabled"] = call.At("automatic_tax").Flag("enabled") ?? false;
        }

        var isTrial = call.At("subscription_data").Long("trial_period_days") is > 0;
        (checkout["amount_subtotal"], checkout["amount_total"]) = (isTrial ? 0 : total, isTrial ? 0 : total);
    }

    private static IEnumerable<JsonObject> LineItems(StripeSession session, JsonObject checkout) =>
        checkout.Part("_items").Select(p => p.Value).OfType<JsonObject>().Select((item, index) =>
        {
            var price = session.Get(Kinds.Price, item.Required("price"));
            var (isMetered, quantity) = (Prices.IsMetered(price), StripeJson.ToDecimal(item.Text("quantity") ?? "1"));
            var amount = isMetered ? 0 : Prices.AmountOf(price, quantity);
            return new JsonObject
            {
                ["id"] = $"li_{checkout.Required("id")[^14..]}{index}", ["object"] = "item", ["adjustable_quantity"] = null, ["amount_discount"] = 0, ["amount_subtotal"] = amount, ["amount_tax"] = 0,
                ["amount_total"] = amount, ["currency"] = price.Text("currency"), ["description"] = session.Get(Kinds.Product, price.Required("product")).Text("name"), ["metadata"] = new JsonObject(),
                ["price"] = price.Shown(), ["quantity"] = isMetered ? null : (long)quantity,
            };
        });

    private static JsonObject Expire(StripeCall call)
    {
        var checkout = call.Only().Session.Get(Kinds.Checkout, call.Id);
        if (checkout.Text("status") is not "open")
        {
            throw StripeRefusal.Invalid($"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {checkout.Text("status")}.");
        }

        (checkout["status"], checkout["url"]) = ("expired", null);
        call.Session.Tell("checkout.session.expired", checkout);
        return checkout.Shown();
    }

    private static JsonObject CreatePortal(StripeCall call)
    {
        call.Only("customer", "return_url", "configuration", "locale");
        if (call.Text("configuration") is { } asked and not Configuration)
        {
            throw StripeRefusal.NoSuch("configuration", asked, "configuration");
        }

        var customer = Customers.Existing(call.Session, call.Required("customer"));
        var secret = StripeIds.Secret("session");
        var portal = new JsonObject
        {
            ["id"] = StripeIds.Next("bps"), ["object"] = Kinds.PortalSession, ["configuration"] = Configuration, ["created"] = call.Session.Now, ["customer"] = customer.Text("id"), ["customer_account"] = null,
            ["flow"] = null, ["livemode"] = false, ["locale"] = call.Text("locale"), ["on_behalf_of"] = null, ["return_url"] = call.Text("return_url"),
            ["url"] = string.Create(CultureInfo.InvariantCulture, $"{call.Address}/stripe/portal/{secret}"), ["_secret"] = secret,
        };
        return call.Session.Save(portal).Shown();
    }
}
