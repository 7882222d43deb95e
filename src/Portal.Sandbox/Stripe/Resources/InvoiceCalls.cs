using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Engine;

namespace Portal.Sandbox.Stripe.Resources;

internal static class InvoiceCalls
{
    public static void Map(StripeRoutes routes)
    {
        routes.Post("invoices", Create);
        routes.Post("invoices/create_preview", Preview);
        routes.Get("invoices", call => call.Lists("customer", "status", "subscription", "created").Page((call.Text("customer") is { } customer ? call.Session.Of(Kinds.Invoice, customer) : call.Session.All(Kinds.Invoice))
            .Where(i => call.Text("status") is not { } status || i.Text("status") == status)
            .Where(i => call.Text("subscription") is not { } subscription || Invoices.SubscriptionOf(i) == subscription)));
        routes.One("invoices/*", Kinds.Invoice);
        routes.Get("invoices/*/lines", call => call.Lists().Page(call.Session.Get(Kinds.Invoice, call.Id).Data("lines").Select(l => l.Copy())));
        routes.Post("invoices/*", Update);
        routes.Post("invoices/*/finalize", Finalize);
        routes.Post("invoices/*/pay", Pay);
        routes.Post("invoices/*/void", call => Change(call.Only(), invoice => Invoices.End(call.Session, Open(invoice), "void", "voided_at", call.Session.TimeOf(invoice))));
        routes.Post("invoices/*/mark_uncollectible", call => Change(call.Only(), invoice => Invoices.End(call.Session, Open(invoice), "uncollectible", "marked_uncollectible_at", call.Session.TimeOf(invoice))));
        routes.Delete("invoices/*", Delete);
        routes.Post("invoiceitems", CreateItem);
        routes.Get("invoiceitems", call => call.Lists("customer", "invoice", "pending", "created").Page((call.Text("customer") is { } customer ? call.Session.Of(Kinds.InvoiceItem, customer) : call.Session.All(Kinds.InvoiceItem))
            .Where(i => (call.Text("invoice") is not { } invoice || i.Text("invoice") == invoice) && (call.Flag("pending") is not { } pending || pending == (i.Text("invoice") is null)))));
        routes.One("invoiceitems/*", Kinds.InvoiceItem);
        routes.Delete("invoiceitems/*", call =>
        {
            var item = call.Only().Session.Get(Kinds.InvoiceItem, call.Id);
            if (item.Text("invoice") is not null)
            {
                throw StripeRefusal.Invalid("This invoice item is on an invoice already.", code: "invoice_not_editable");
            }

            call.Session.Delete(call.Id);
            return new JsonObject { ["id"] = call.Id, ["object"] = Kinds.InvoiceItem, ["deleted"] = true };
        });
    }

    public static JsonObject Item(string customerId, long amount, string currency, string? description, long start, long end, bool isProration, string? clock) => new()
    {
        ["id"] = StripeIds.Next("ii"), ["object"] = Kinds.InvoiceItem, ["amount"] = amount, ["currency"] = currency, ["customer"] = customerId, ["customer_account"] = null, ["date"] = start,
        ["description"] = description, ["discountable"] = !isProration, ["discounts"] = new JsonArray(), ["invoice"] = null, ["livemode"] = false, ["metadata"] = new JsonObject(), ["net_amount"] = amount,
        ["parent"] = null, ["period"] = new JsonObject { ["start"] = start, ["end"] = end }, ["pricing"] = null, ["proration"] = isProration, ["quantity"] = 1, ["quantity_decimal"] = "1",
        ["tax_rates"] = new JsonArray(), ["test_clock"] = clock,
    };

    private static JsonObject Create(StripeCall call)
    {
        call.Only("customer", "auto_advance", "collection_method", "description", "metadata", "subscription", "pending_invoice_items_behavior", "default_payment_method", "footer");
        SubscriptionCalls.Agree(call, "collection_method", "charge_automatically");
        var customer = Customers.Existing(call.Session, call.Required("customer"));
        var subscription = call.Text("subscription") is { } id ? call.Session.Get(Kinds.Subscription, id, "subscription") : null;
        var at = call.Session.TimeOf(customer);
        var invoice = Invoices.Draft(call.Session, customer, subscription, "manual", at, at, at);
        invoice["auto_advance"] = call.Flag("auto_advance") ?? false;
        invoice["metadata"] = call.Metadata();
        call.Into(invoice, "description", "footer", "default_payment_method");
        invoice["_takes_pending"] = call.OneOf("pending_invoice_items_behavior", "exclude", "exclude", "include") is "include";
        Invoices.Total(call.Session, invoice);
        return call.Session.Tell("invoice.created", invoice).Shown();
    }

    private static JsonObject Preview(StripeCall call)
    {
        var customer = Customers.Existing(call.Only("customer", "subscription").Session, call.Required("customer"));
        var subscription = call.Text("subscription") is { } id ? call.Session.Get(Kinds.Subscription, id, "subscription") : null;
        var at = call.Session.TimeOf(customer);
        var invoice = Invoices.Draft(call.Session, customer, subscription, "upcoming", at, at, at);
        if (subscription is not null)
        {
            (invoice["_usage_from"], invoice["_usage_until"]) = (Subscriptions.UnbilledFrom(subscription), Periods.Of(subscription).End);
            Subscriptions.CountUsage(call.Session, invoice);
        }

        // Nothing that waits is taken up by looking.
        var waiting = call.Session.Of(Kinds.InvoiceItem, customer.Required("id")).Where(i => i.Text("invoice") is null).ToList();
        waiting.ForEach(item => Invoices.AddItem(invoice, item));
        var total = invoice.Data("lines").Sum(l => l.Long("amount"));
        (invoice["subtotal"], invoice["total"], invoice["amount_due"], invoice["amount_remaining"]) = (total, total, Math.Max(0, total), Math.Max(0, total));
        invoice["id"] = $"upcoming_{invoice.Text("id")}";
        return invoice.Shown();
    }

    private static JsonObject Update(StripeCall call)
    {
        call.Only("auto_advance", "metadata", "description", "footer", "default_payment_method");
        var invoice = call.Session.Get(Kinds.Invoice, call.Id);
        var before = invoice.Copy();
        if (call.Flag("auto_advance") is true)
        {
            Customers.Existing(call.Session, invoice.Required("customer"));
        }

        invoice["auto_advance"] = call.Flag("auto_advance") ?? invoice.Flag("auto_advance");
        invoice["metadata"] = call.Metadata(invoice.Part("metadata"));
        call.Into(invoice, "description", "footer", "default_payment_method");
        return call.Session.Tell("invoice.updated", invoice, before).Shown();
    }

    private static JsonObject Finalize(StripeCall call) => Change(call.Only("auto_advance"), invoice =>
    {
        invoice["auto_advance"] = call.Flag("auto_advance") ?? invoice.Flag("auto_advance");
        Invoices.Finalize(call.Session, invoice, call.Address, call.Session.TimeOf(invoice));
    });

    private static JsonObject Pay(StripeCall call)
    {
        call.Only("payment_method", "paid_out_of_band", "off_session");
        var invoice = call.Session.Get(Kinds.Invoice, call.Id);
        if (invoice.Text("status") is "paid")
        {
            throw StripeRefusal.Invalid("Invoice is already paid", code: "invoice_already_paid");
        }

        if (invoice.Text("status") is "draft")
        {
            Invoices.Finalize(call.Session, invoice, call.Address, call.Session.TimeOf(invoice));
        }

        if (call.Flag("paid_out_of_band") is true)
        {
            Invoices.Settle(call.Session, Open(invoice), call.Session.TimeOf(invoice));
            return invoice.Shown();
        }

        // A refusal is an answer, but what it changed stays, so it is not thrown through the transaction.
        return Invoices.TryPay(call.Session, Open(invoice), call.Session.TimeOf(invoice), out var declined, call.Text("payment_method"))
            ? invoice.Shown() : StripeRoutes.Kept(StripeRefusal.Declined(declined is "no_card" or null ? "generic_decline" : declined), call.Session.RequestId);
    }

    private static JsonObject Delete(StripeCall call)
    {
        var invoice = call.Only().Session.Get(Kinds.Invoice, call.Id);
        if (invoice.Text("status") is not "draft" || Invoices.SubscriptionOf(invoice) is not null)
        {
            throw StripeRefusal.Invalid("You can only delete draft invoices that belong to no subscription.", code: "invoice_not_editable");
        }

        call.Session.Delete(call.Id);
        return new JsonObject { ["id"] = call.Id, ["object"] = Kinds.Invoice, ["deleted"] = true };
    }

    private static JsonObject CreateItem(StripeCall call)
    {
        call.Only("customer", "amount", "currency", "description", "metadata", "invoice", "period.start", "period.end", "discountable");
        var customer = Customers.Existing(call.Session, call.Required("customer"));
        var at = call.Session.TimeOf(customer);
        var item = Item(call.Required("customer"), call.Long("amount") ?? throw StripeRefusal.Missing("amount"), call.Text("currency") ?? "usd", call.Text("description"),
            call.At("period").Long("start") ?? at, call.At("period").Long("end") ?? at, false, customer.Text("test_clock"));
        (item["date"], item["discountable"], item["metadata"]) = (at, call.Flag("discountable") ?? true, call.Metadata());
        if (call.Text("invoice") is { } id)
        {
            var invoice = call.Session.Get(Kinds.Invoice, id, "invoice");
            item["invoice"] = id;
            Invoices.AddItem(invoice, item);
            Invoices.Total(call.Session, invoice);
            call.Session.Save(invoice);
        }

        call.Session.Save(item);

        return item.Shown();
    }

    private static JsonObject Change(StripeCall call, Action<JsonObject> change)
    {
        var invoice = call.Session.Get(Kinds.Invoice, call.Id);
        change(invoice);
        return invoice.Shown();
    }

    private static JsonObject Open(JsonObject invoice) =>
        invoice.Text("status") is "open" or "uncollectible" ? invoice : throw StripeRefusal.Invalid($"This invoice is {invoice.Text("status")} and not open.", code: "invoice_not_editable");
}
