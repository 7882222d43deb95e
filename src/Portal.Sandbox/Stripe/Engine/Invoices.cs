using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>The life of an invoice: draft, open, then paid, or tried again until nobody tries any more.</summary>
internal static class Invoices
{
    private const string Template = """
        { "id": "", "object": "invoice", "account_country": "US", "account_name": "Practice", "account_tax_ids": null, "amount_due": 0, "amount_overpaid": 0, "amount_paid": 0,
          "amount_remaining": 0, "amount_shipping": 0, "application": null, "attempt_count": 0, "attempted": false, "auto_advance": true,
          "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null }, "automatically_finalizes_at": null, "billing_reason": "manual",
          "collection_method": "charge_automatically", "created": 0, "currency": "usd", "custom_fields": null, "customer": "", "customer_account": null, "customer_address": null,
          "customer_email": null, "customer_name": null, "customer_phone": null, "customer_shipping": null, "customer_tax_exempt": "none", "customer_tax_ids": [],
          "default_payment_method": null, "default_source": null, "default_tax_rates": [], "description": null, "discounts": [], "due_date": null, "effective_at": null,
          "ending_balance": null, "footer": null, "from_invoice": null, "hosted_invoice_url": null, "invoice_pdf": null, "issuer": { "type": "self" }, "last_finalization_error": null,
          "latest_revision": null, "lines": null, "livemode": false, "metadata": {}, "next_payment_attempt": null, "number": null, "on_behalf_of": null, "parent": null,
          "payment_settings": { "default_mandate": null, "payment_method_options": null, "payment_method_types": null }, "period_end": 0, "period_start": 0,
          "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0, "receipt_number": null, "rendering": null, "shipping_cost": null, "shipping_details": null,
          "starting_balance": 0, "statement_descriptor": null, "status": "draft",
          "status_transitions": { "finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null }, "subtotal": 0, "subtotal_excluding_tax": 0, "test_clock": null,
          "total": 0, "total_discount_amounts": [], "total_excluding_tax": 0, "total_pretax_credit_amounts": [], "total_taxes": [], "webhooks_delivered_at": null }
        """;

    /// <summary>Days between the tries of a payment that fails; after the last nobody tries by itself.</summary>
    private static readonly long[] s_retryDays = [3, 5, 7];

    public static JsonObject Draft(StripeSession session, JsonObject customer, JsonObject? subscription, string reason, long from, long until, long at)
    {
        var invoice = StripeJson.From(Template);
        var id = StripeIds.Next("in");
        (invoice["id"], invoice["billing_reason"], invoice["created"], invoice["currency"]) = (id, reason, at, customer.Text("currency") ?? "usd");
        (invoice["customer"], invoice["customer_email"], invoice["customer_name"]) = (customer.Text("id"), customer.Text("email"), customer.Text("name"));
        (invoice["customer_address"], invoice["customer_tax_exempt"], invoice["test_clock"]) = (customer["address"]?.DeepClone(), customer.Text("tax_exempt"), customer.Text("test_clock"));
        (invoice["period_start"], invoice["period_end"], invoice["automatically_finalizes_at"]) = (from, until, at + Periods.Hour);
        invoice["automatic_tax"] = subscription?["automatic_tax"] is JsonObject { } tax && tax.Flag("enabled")
            ? new JsonObject { ["disabled_reason"] = null, ["enabled"] = true, ["liability"] = new JsonObject { ["type"] = "self" }, ["provider"] = "stripe", ["status"] = "complete" }
            : invoice["automatic_tax"]?.DeepClone();
        invoice["parent"] = subscription is null ? null : new JsonObject
        {
            ["quote_details"] = null, ["type"] = "subscription_details",
            ["subscription_details"] = new JsonObject { ["metadata"] = subscription["metadata"]?.DeepClone(), ["subscription"] = subscription.Text("id") },
        };
        invoice["_takes_pending"] = true;
        invoice["lines"] = StripeJson.List($"/v1/invoices/{id}/lines", []);
        return invoice;
    }

    public static string? SubscriptionOf(JsonObject invoice) => invoice.Part("parent").Part("subscription_details").Text("subscription");

    /// <summary>Adds a line at a price of the subscription: so much of it, over that time.</summary>
    public static void AddLine(JsonObject invoice, JsonObject subscription, JsonObject item, decimal quantity, (long Start, long End) period, long? amount = null, string? note = null)
    {
        var price = item.Part("price");
        Add(invoice, new JsonObject
        {
            ["amount"] = amount ?? Prices.AmountOf(price, quantity),
            ["description"] = note ?? $"{quantity.ToString("0.######", CultureInfo.InvariantCulture)} × {price.Text("nickname") ?? price.Text("lookup_key") ?? price.Text("id")}",
            ["parent"] = new JsonObject
            {
                ["invoice_item_details"] = null, ["type"] = "subscription_item_details",
                ["subscription_item_details"] = new JsonObject
                {
                    ["invoice_item"] = null, ["proration"] = amount is not null, ["proration_details"] = new JsonObject { ["credited_items"] = null }, ["subscription"] = subscription.Text("id"),
                    ["subscription_item"] = item.Text("id"),
                },
            },
            ["period"] = new JsonObject { ["start"] = period.Start, ["end"] = period.End }, ["pricing"] = Pricing(price), ["quantity"] = (long)quantity,
            ["subscription"] = subscription.Text("id"), ["_metered"] = Prices.IsMetered(price),
        });
    }

    public static void AddItem(JsonObject invoice, JsonObject item) => Add(invoice, new JsonObject
    {
        ["amount"] = item.Long("amount"), ["description"] = item.Text("description"),
        ["parent"] = new JsonObject
        {
            ["subscription_item_details"] = null, ["type"] = "invoice_item_details",
            ["invoice_item_details"] = new JsonObject
            {
                ["invoice_item"] = item.Text("id"), ["proration"] = item.Flag("proration"), ["proration_details"] = new JsonObject { ["credited_items"] = null }, ["subscription"] = null,
            },
        },
        ["period"] = item["period"]?.DeepClone(), ["pricing"] = null, ["quantity"] = 1, ["subscription"] = null,
    });

    /// <summary>Takes up what waits for the customer's next invoice, and counts all again.</summary>
    public static void Total(StripeSession session, JsonObject invoice)
    {
        foreach (var item in session.Of(Kinds.InvoiceItem, invoice.Required("customer")).Where(i => i.Text("invoice") is null && invoice.Flag("_takes_pending")))
        {
            item["invoice"] = invoice.Text("id");
            session.Save(item);
            AddItem(invoice, item);
        }

        var lines = invoice.Data("lines").ToList();
        var subtotal = lines.Sum(l => l.Long("amount"));
        var discount = SubscriptionOf(invoice) is { } id && session.Find(Kinds.Subscription, id) is { } subscription ? Coupons.Take(invoice, subscription, subtotal) : 0;
        var metered = lines.Where(l => l.Flag("_metered")).Sum(l => l.Long("amount"));
        var credit = Credits.Available(session, invoice, Math.Min(metered, Math.Max(0, subtotal - discount)));
        var untaxed = subtotal - discount - credit;
        var total = untaxed + Taxes.Put(invoice, untaxed);
        invoice["total_discount_amounts"] = discount is 0 ? new JsonArray() : new JsonArray(new JsonObject { ["amount"] = discount, ["discount"] = invoice["_discount"]?.DeepClone() });
        invoice["total_pretax_credit_amounts"] = credit is 0 ? new JsonArray() : new JsonArray(new JsonObject { ["amount"] = credit, ["type"] = "credit_balance_transaction" });
        (invoice["subtotal"], invoice["subtotal_excluding_tax"], invoice["total"], invoice["total_excluding_tax"]) = (subtotal, subtotal, total, untaxed);
        (invoice["amount_due"], invoice["amount_remaining"]) = (Math.Max(0, total), Math.Max(0, total));
    }

    public static void Finalize(StripeSession session, JsonObject invoice, string address, long at)
    {
        if (invoice.Text("status") is not "draft")
        {
            throw StripeRefusal.Invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.", code: "invoice_not_editable");
        }

        Subscriptions.CountUsage(session, invoice);
        Total(session, invoice);
        var customer = Customers.Existing(session, invoice.Required("customer"));
        Credits.Spend(session, invoice, at);
        ApplyBalance(session, invoice, customer);
        var sequence = customer.Long("next_invoice_sequence");
        customer["next_invoice_sequence"] = sequence + 1;
        session.Save(customer);
        var secret = invoice.Text("_secret") ?? StripeIds.Secret("inv");
        (invoice["_secret"], invoice["number"], invoice["status"]) = (secret, $"{customer.Text("invoice_prefix")}-{sequence.ToString("0000", CultureInfo.InvariantCulture)}", "open");
        (invoice["hosted_invoice_url"], invoice["invoice_pdf"]) = ($"{address}/stripe/invoices/{secret}", $"{address}/stripe/invoices/{secret}/pdf");
        (invoice["automatically_finalizes_at"], invoice["effective_at"], invoice["next_payment_attempt"]) = (null, at, invoice.Flag("auto_advance") ? at : null);
        invoice.Part("status_transitions")["finalized_at"] = at;
        session.Tell("invoice.finalized", invoice);
    }

    /// <summary>Charges the card on file. True where it is paid; a refusal is in the invoice, and tried again in days.</summary>
    public static bool TryPay(StripeSession session, JsonObject invoice, long at, out string? declined, string? cardId = null)
    {
        var customer = Customers.Existing(session, invoice.Required("customer"));
        var subscription = SubscriptionOf(invoice) is { } id ? session.Find(Kinds.Subscription, id) : null;
        var card = Customers.CardOf(session, customer, cardId ?? invoice.Text("default_payment_method") ?? subscription?.Text("default_payment_method"));
        declined = invoice.Long("amount_due") is 0 ? null : card is null ? "no_card" : card.Text("_decline");
        invoice["attempted"] = true;
        if (declined is null)
        {
            MarkPaid(session, invoice, customer, at);
        }
        else
        {
            var before = invoice.Copy();
            var attempts = invoice.Long("attempt_count") + 1;
            (invoice["attempt_count"], invoice["next_payment_attempt"]) = (attempts, attempts <= s_retryDays.Length ? at + (s_retryDays[attempts - 1] * Periods.Day) : null);
            customer["delinquent"] = true;
            session.Save(customer);
            session.Tell("invoice.payment_failed", invoice, before);
        }

        if (subscription is not null)
        {
            Subscriptions.AfterPayment(session, subscription, invoice, declined is null);
        }

        return declined is null;
    }

    /// <summary>Paid in another way than through here.</summary>
    public static void Settle(StripeSession session, JsonObject invoice, long at)
    {
        MarkPaid(session, invoice, Customers.Existing(session, invoice.Required("customer")), at);
        if (SubscriptionOf(invoice) is { } id && session.Find(Kinds.Subscription, id) is { } subscription)
        {
            Subscriptions.AfterPayment(session, subscription, invoice, isPaid: true);
        }
    }

    public static void End(StripeSession session, JsonObject invoice, string status, string transition, long at)
    {
        (invoice["status"], invoice["next_payment_attempt"], invoice["auto_advance"]) = (status, null, false);
        invoice.Part("status_transitions")[transition] = at;
        session.Tell(status is "void" ? "invoice.voided" : "invoice.marked_uncollectible", invoice);
    }

    private static void MarkPaid(StripeSession session, JsonObject invoice, JsonObject customer, long at)
    {
        (invoice["status"], invoice["amount_paid"], invoice["amount_remaining"], invoice["next_payment_attempt"]) = ("paid", invoice.Long("amount_due"), 0, null);
        (invoice["auto_advance"], invoice["attempt_count"]) = (false, invoice.Long("attempt_count") + (invoice.Long("amount_due") > 0 ? 1 : 0));
        invoice.Part("status_transitions")["paid_at"] = at;
        session.Tell("invoice.paid", invoice);
        session.Emit("invoice.payment_succeeded", invoice);
        customer["delinquent"] = session.Of(Kinds.Invoice, customer.Required("id")).Any(i => i.Text("status") is "open" && i.Long("attempt_count") > 0);
        session.Save(customer);
    }

    private static void ApplyBalance(StripeSession session, JsonObject invoice, JsonObject customer)
    {
        var (total, balance) = (invoice.Long("total"), customer.Long("balance"));
        invoice["starting_balance"] = balance;
        // A negative balance is credit; a negative total becomes credit.
        var change = total < 0 ? total : balance < 0 ? Math.Min(total, -balance) : -balance;
        if (change is not 0)
        {
            Customers.SetBalance(session, customer, change, "applied_to_invoice", invoice.Text("id"), null);
        }

        var due = total < 0 ? 0 : total - change;
        (invoice["ending_balance"], invoice["amount_due"], invoice["amount_remaining"]) = (customer.Long("balance"), due, due);
    }

    private static void Add(JsonObject invoice, JsonObject line)
    {
        var (id, amount) = (StripeIds.Next("il"), line.Long("amount"));
        (line["id"], line["object"], line["currency"], line["discount_amounts"]) = (id, "line_item", invoice.Text("currency"), new JsonArray());
        (line["discountable"], line["discounts"], line["invoice"], line["livemode"]) = (true, new JsonArray(), invoice.Text("id"), false);
        (line["metadata"], line["pretax_credit_amounts"], line["subtotal"], line["taxes"]) = (new JsonObject(), new JsonArray(), amount, new JsonArray());
        line["quantity_decimal"] = line.Long("quantity").ToString(CultureInfo.InvariantCulture);
        (invoice.Part("lines")["data"] as JsonArray)?.Add(line);
    }

    private static JsonObject Pricing(JsonObject price) => new()
    {
        ["price_details"] = new JsonObject { ["price"] = price.Text("id"), ["product"] = price.Text("product") }, ["type"] = "price_details", ["unit_amount_decimal"] = price.Text("unit_amount_decimal"),
    };
}
