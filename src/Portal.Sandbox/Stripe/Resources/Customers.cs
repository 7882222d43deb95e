using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

internal static class Customers
{
    private const string Template = """
        { "id": "", "object": "customer", "address": null, "balance": 0, "created": 0, "currency": null, "customer_account": null, "default_source": null, "delinquent": false,
          "description": null, "discount": null, "email": null, "invoice_prefix": "", "invoice_settings": { "custom_fields": null, "default_payment_method": null, "footer": null,
          "rendering_options": null }, "livemode": false, "metadata": {}, "name": null, "next_invoice_sequence": 1, "phone": null, "preferred_locales": [], "shipping": null,
          "tax_exempt": "none", "test_clock": null }
        """;

    private static readonly string[] s_fields = ["name", "email", "description", "phone"];

    private static readonly string[] s_address = ["city", "country", "line1", "line2", "postal_code", "state"];

    private static readonly string[] s_params =
    [
        .. s_fields, "metadata", "address", .. s_address.Select(part => $"address.{part}"), "shipping", "shipping.name", "shipping.phone", .. s_address.Select(part => $"shipping.address.{part}"),
        "balance", "tax_exempt", "invoice_settings.default_payment_method", "invoice_settings.footer", "preferred_locales", "invoice_prefix", "next_invoice_sequence",
    ];

    public static void Map(StripeRoutes routes)
    {
        routes.Post("customers", Create);
        routes.Get("customers", call => call.Lists("email", "test_clock", "created").Page(call.Session.All(Kinds.Customer).Where(c => call.Text("email") is not { } email || c.Text("email") == email)
            .Where(c => call.Text("test_clock") is not { } clock || c.Text("test_clock") == clock)));
        routes.Get("customers/*", Get);
        routes.Post("customers/*", Update);
        routes.Delete("customers/*", Delete);
        routes.Post("customers/*/balance_transactions", AddBalance);
        routes.Get("customers/*/balance_transactions", call => call.Lists("created").Page(call.Session.Of(Kinds.BalanceTransaction, Existing(call.Session, call.Id).Required("id"))));
        routes.Get("customers/*/balance_transactions/*", call => call.Only().Session.Get(Kinds.BalanceTransaction, call.Ids[1]));
        routes.Get("customers/*/payment_methods", call => call.Lists("type").Page(
            call.Session.Of(Kinds.PaymentMethod, Existing(call.Session, call.Id).Required("id")).Where(p => call.Text("type") is not { } type || p.Text("type") == type)));
    }

    /// <summary>A customer that can still be charged: a deleted one is known and refused.</summary>
    public static JsonObject Existing(StripeSession session, string id, string param = "customer") =>
        session.Find(Kinds.Customer, id) is { } customer && !customer.Flag("_deleted") ? customer : throw StripeRefusal.NoSuch("customer", id, param);

    /// <summary>What the card on file is; null where there is none.</summary>
    public static JsonObject? CardOf(StripeSession session, JsonObject customer, string? otherwise = null) =>
        (otherwise ?? customer.Part("invoice_settings").Text("default_payment_method")) is { } id ? session.Find(Kinds.PaymentMethod, id) : null;

    public static void SetBalance(StripeSession session, JsonObject customer, long amount, string type, string? invoice, string? description)
    {
        customer["balance"] = customer.Long("balance") + amount;
        session.Save(customer);
        session.Save(new JsonObject
        {
            ["id"] = StripeIds.Next("cbtxn"), ["object"] = Kinds.BalanceTransaction, ["amount"] = amount, ["checkout_session"] = null, ["created"] = session.TimeOf(customer), ["credit_note"] = null,
            ["currency"] = customer.Text("currency") ?? "usd", ["customer"] = customer.Required("id"), ["customer_account"] = null, ["description"] = description,
            ["ending_balance"] = customer.Long("balance"), ["invoice"] = invoice, ["livemode"] = false, ["metadata"] = new JsonObject(), ["type"] = type,
        });
    }

    public static JsonObject Create(StripeCall call)
    {
        call.Only([.. s_params, "test_clock", "payment_method"]);
        var session = call.Session;
        var customer = StripeJson.From(Template);
        var id = StripeIds.Next("cus", 14);
        customer["id"] = id;
        customer["invoice_prefix"] = id[4..12].ToUpperInvariant();
        if (call.Text("test_clock") is { } clock)
        {
            customer["test_clock"] = session.Get(Kinds.TestClock, clock, "test_clock").Required("id");
        }

        customer["created"] = session.TimeOf(customer);
        Fill(call, customer);
        session.Save(customer);
        if (call.Text("payment_method") is { } card)
        {
            PaymentMethods.Attach(session, card, id);
            customer = session.Get(Kinds.Customer, id);
        }

        session.Emit("customer.created", customer);
        return customer.Shown();
    }

    private static JsonObject Get(StripeCall call)
    {
        var customer = call.Only().Session.Get(Kinds.Customer, call.Id);
        return customer.Flag("_deleted") ? Deleted(call.Id) : customer.Shown();
    }

    private static JsonObject Update(StripeCall call)
    {
        call.Only(s_params);
        var customer = Existing(call.Session, call.Id, "id");
        var before = customer.Copy();
        Fill(call, customer);
        call.Session.Tell("customer.updated", customer, before);
        return customer.Shown();
    }

    private static JsonObject Delete(StripeCall call)
    {
        var customer = Existing(call.Session, call.Id, "id");
        foreach (var subscription in call.Session.Of(Kinds.Subscription, call.Id).Where(s => s.Text("status") is not ("canceled" or "incomplete_expired")))
        {
            Engine.Subscriptions.End(call.Session, subscription, call.Session.TimeOf(customer));
        }

        // As with Stripe, nobody collects any more from whom is gone; what is open stays for a person to see.
        foreach (var invoice in call.Session.Of(Kinds.Invoice, call.Id).Where(i => i.Flag("auto_advance")))
        {
            var before = invoice.Copy();
            invoice["auto_advance"] = false;
            call.Session.Tell("invoice.updated", invoice, before);
        }

        customer["_deleted"] = true;
        call.Session.Tell("customer.deleted", customer);
        return Deleted(call.Id);
    }

    private static JsonObject Deleted(string id) => new() { ["id"] = id, ["object"] = "customer", ["deleted"] = true };

    private static void Fill(StripeCall call, JsonObject customer)
    {
        call.Into(customer, s_fields);
        customer["metadata"] = call.Metadata(customer.Part("metadata"));
        customer["tax_exempt"] = call.OneOf("tax_exempt", customer.Text("tax_exempt") ?? "none", "none", "exempt", "reverse");
        customer["balance"] = call.Long("balance") ?? customer.Long("balance");
        call.Into(customer, "invoice_prefix");
        customer["next_invoice_sequence"] = call.Long("next_invoice_sequence") ?? customer.Long("next_invoice_sequence");
        if (call.Has("preferred_locales"))
        {
            customer["preferred_locales"] = new JsonArray([.. call.Texts("preferred_locales").Select(l => JsonValue.Create(l))]);
        }

        if (call.Has("address"))
        {
            customer["address"] = Address(call);
        }

        if (call.Has("shipping"))
        {
            customer["shipping"] = call.At("shipping") is { Params.Count: > 0 } to
                ? new JsonObject { ["address"] = Address(to), ["name"] = to.Required("name"), ["phone"] = to.Text("phone") } : null;
        }

        call.At("invoice_settings").Into(customer.Part("invoice_settings"), "footer");

        if (call.At("invoice_settings").Text("default_payment_method") is { } card)
        {
            var method = call.Session.Get(Kinds.PaymentMethod, card, "invoice_settings[default_payment_method]");
            if (method.Text("customer") != customer.Text("id"))
            {
                throw StripeRefusal.Invalid($"The customer does not have a payment method with the ID {card}. The payment method must be attached to the customer.", "invoice_settings[default_payment_method]", "resource_missing");
            }

            customer.Part("invoice_settings")["default_payment_method"] = card;
        }
    }

    private static JsonObject? Address(StripeCall call)
    {
        if (call.Params["address"] is not JsonObject)
        {
            return null;
        }

        var address = new JsonObject();
        foreach (var part in s_address)
        {
            address[part] = call.At("address").Text(part);
        }

        return address;
    }

    private static JsonObject AddBalance(StripeCall call)
    {
        call.Only("amount", "currency", "description", "metadata");
        var customer = Existing(call.Session, call.Id, "id");
        var amount = call.Long("amount") ?? throw StripeRefusal.Missing("amount");
        customer["currency"] = customer.Text("currency") ?? call.Required("currency");
        SetBalance(call.Session, customer, amount, "adjustment", null, call.Text("description"));
        var made = call.Session.Of(Kinds.BalanceTransaction, call.Id)[0];
        made["metadata"] = call.Metadata();
        return call.Session.Save(made).Shown();
    }
}
