using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Portal.Sandbox.Stripe.Engine;
using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe;

/// <summary>The pages that people are led to: paying, managing a subscription, reading an invoice. Plain HTML, no script.</summary>
internal static class StripePages
{
    private const string CardField = """<p><label>Card number<br><input name="card" inputmode="numeric" autocomplete="off" value="4242 4242 4242 4242" size="24" required></label></p>""";

    private const string CardHelp = """<p class="muted">Practice cards: 4242 4242 4242 4242 pays; 4000 0000 0000 0341 is taken and then declines; 4000 0000 0000 0002 is refused. No real card is accepted.</p>""";

    public static void MapStripePages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/stripe/checkout/{id}", (string id, StripeDatabase database) => Look(database, session => Checkout(session, session.Get(Kinds.Checkout, id), "")));
        app.MapPost("/stripe/checkout/{id}", PayAsync).DisableAntiforgery();
        app.MapGet("/stripe/portal/{secret}", (string secret, StripeDatabase database) => Look(database, session => Portal(session, PortalBy(session, secret), "")));
        app.MapPost("/stripe/portal/{secret}", ActAsync).DisableAntiforgery();
        app.MapGet("/stripe/invoices/{secret}", (string secret, StripeDatabase database) => Look(database, session => Invoice(InvoiceBy(session, secret), "")));
        app.MapPost("/stripe/invoices/{secret}", PayInvoiceAsync).DisableAntiforgery();
        app.MapGet("/stripe/invoices/{secret}/pdf", (string secret, StripeDatabase database) => Look(database, session =>
        {
            var invoice = InvoiceBy(session, secret);
            return Results.Bytes(InvoicePdf.Of(invoice), "application/pdf", $"Invoice-{invoice.Text("number")}.pdf");
        }));
    }

    private static IResult Look(StripeDatabase database, Func<StripeSession, IResult> look)
    {
        try
        {
            return database.Run(look);
        }
        catch (StripeRefusal refusal)
        {
            return SandboxPage.Render("Not found", $"<p>{Encode(refusal.Message)}</p>");
        }
    }

    private static async Task<IResult> PayAsync(string id, HttpContext http, StripeDatabase database)
    {
        var form = await http.Request.ReadFormAsync();
        try
        {
            var done = database.Run(session => CheckoutCalls.Complete(session, session.Get(Kinds.Checkout, id), form["card"].ToString(), form["code"].ToString().Trim(), form["country"].ToString().Trim(), Address(http)));
            return Results.Redirect(done.Required("success_url").Replace("{CHECKOUT_SESSION_ID}", id, StringComparison.Ordinal));
        }
        catch (StripeRefusal refusal)
        {
            return Look(database, session => Checkout(session, session.Get(Kinds.Checkout, id), refusal.Message));
        }
    }

    private static IResult Checkout(StripeSession session, JsonObject checkout, string problem)
    {
        if (checkout.Text("status") is not "open")
        {
            return SandboxPage.Render("This page is no longer open", $"<p>{(checkout.Text("status") is "complete" ? "It was completed already." : "It has expired.")}</p>{Back(checkout.Text("cancel_url"))}");
        }

        var html = new StringBuilder(Problem(problem));
        html.Append("<ul>");
        foreach (var item in checkout.Part("_items").Select(p => p.Value).OfType<JsonObject>())
        {
            var price = session.Get(Kinds.Price, item.Required("price"));
            html.Append(CultureInfo.InvariantCulture, $"<li>{Encode(session.Get(Kinds.Product, price.Required("product")).Required("name"))}: {Encode(Words(price))}</li>");
        }

        var isTrial = checkout.Part("_subscription").Text("trial_period_days") is { } days ? $"<p>{Encode(days)} days free, then charged.</p>" : "";
        html.Append(CultureInfo.InvariantCulture, $"""
            </ul>{isTrial}
            <p><strong>Due today: {Money(checkout.Long("amount_total"), checkout.Text("currency"))}</strong></p>
            <form method="post">{CardField}
            {(checkout.Flag("_takes_address") ? """<p><label>Country, as two letters<br><input name="country" size="3" maxlength="2" value="DE" required></label></p>""" : "")}
            {(checkout.Flag("allow_promotion_codes") ? """<p><label>Promotion code<br><input name="code" size="24" autocomplete="off"></label></p>""" : "")}
            <button type="submit"><strong>{(checkout.Text("mode") is "setup" ? "Save the card" : "Subscribe")}</strong></button></form>{CardHelp}{Back(checkout.Text("cancel_url"))}
            """);
        return SandboxPage.Render("Practice checkout", html.ToString());
    }

    private static async Task<IResult> ActAsync(string secret, HttpContext http, StripeDatabase database)
    {
        var form = await http.Request.ReadFormAsync();
        var (act, id, card) = (form["act"].ToString(), form["subscription"].ToString(), form["card"].ToString());
        try
        {
            return database.Run(session =>
            {
                var portal = PortalBy(session, secret);
                var customerId = portal.Required("customer");
                if (act is "card")
                {
                    var made = PaymentMethods.FromNumber(session, card).Required("id");
                    PaymentMethods.Attach(session, made, customerId);
                    session.Emit("customer.updated", session.Get(Kinds.Customer, customerId));
                }
                else if (session.Find(Kinds.Subscription, id) is { } subscription && subscription.Text("customer") == customerId && subscription.Text("status") is not "canceled")
                {
                    var before = subscription.Copy();
                    SubscriptionCalls.SetCancelAtPeriodEnd(session, subscription, act is "cancel", session.TimeOf(subscription));
                    session.Emit("customer.subscription.updated", subscription, before);
                }

                return Portal(session, portal, "");
            });
        }
        catch (StripeRefusal refusal)
        {
            return Look(database, session => Portal(session, PortalBy(session, secret), refusal.Message));
        }
    }

    private static IResult Portal(StripeSession session, JsonObject portal, string problem)
    {
        var customer = session.Get(Kinds.Customer, portal.Required("customer"));
        var html = new StringBuilder(Problem(problem));
        foreach (var subscription in session.Of(Kinds.Subscription, customer.Required("id")).Where(s => s.Text("status") is not "canceled"))
        {
            var (_, end) = Periods.Of(subscription);
            var isEnding = subscription.Flag("cancel_at_period_end");
            html.Append(CultureInfo.InvariantCulture, $"""
                <h2>Subscription</h2><p>{Encode(subscription.Text("status") ?? "")}; the period ends on {Day(end)}{(isEnding ? ", and the subscription with it" : "")}.</p>
                <form method="post"><input type="hidden" name="subscription" value="{subscription.Text("id")}"><button type="submit" name="act" value="{(isEnding ? "resume" : "cancel")}">
                <strong>{(isEnding ? "Do not cancel" : "Cancel at the end of the period")}</strong></button></form>
                """);
        }

        var card = Customers.CardOf(session, customer)?.Part("card").Text("last4");
        html.Append(CultureInfo.InvariantCulture, $"""
            <h2>Card</h2><p>{(card is null ? "None on file." : $"Ends in {card}.")}</p>
            <form method="post">{CardField}<button type="submit" name="act" value="card"><strong>Use this card</strong></button></form>{CardHelp}<h2>Invoices</h2><ul>
            """);
        foreach (var invoice in session.Of(Kinds.Invoice, customer.Required("id")).Where(i => i.Text("number") is not null))
        {
            html.Append(CultureInfo.InvariantCulture, $"""<li><a href="{Encode(invoice.Text("hosted_invoice_url") ?? "")}">{Encode(invoice.Text("number") ?? "")}</a>: {Money(invoice.Long("total"), invoice.Text("currency"))}, {Encode(invoice.Text("status") ?? "")}</li>""");
        }

        return SandboxPage.Render("Practice billing portal", html.Append("</ul>").Append(Back(portal.Text("return_url"))).ToString());
    }

    private static async Task<IResult> PayInvoiceAsync(string secret, HttpContext http, StripeDatabase database)
    {
        var form = await http.Request.ReadFormAsync();
        try
        {
            return database.Run(session =>
            {
                var invoice = InvoiceBy(session, secret);
                if (invoice.Text("status") is not "open")
                {
                    return Invoice(invoice, "This invoice is not open.");
                }

                var card = PaymentMethods.FromNumber(session, form["card"].ToString()).Required("id");
                PaymentMethods.Attach(session, card, invoice.Required("customer"));
                return Invoices.TryPay(session, invoice, session.TimeOf(invoice), out _, card) ? Invoice(invoice, "") : Invoice(invoice, "Your card was declined.");
            });
        }
        catch (StripeRefusal refusal)
        {
            return Look(database, session => Invoice(InvoiceBy(session, secret), refusal.Message));
        }
    }

    private static IResult Invoice(JsonObject invoice, string problem)
    {
        var html = new StringBuilder(Problem(problem));
        html.Append(CultureInfo.InvariantCulture, $"<p>{Encode(invoice.Text("customer_name") ?? "")} · {Day(invoice.Long("created"))} · <strong>{Encode(invoice.Text("status") ?? "")}</strong></p><ul>");
        foreach (var line in invoice.Data("lines"))
        {
            html.Append(CultureInfo.InvariantCulture, $"<li>{Encode(line.Text("description") ?? "")}: {Money(line.Long("amount"), line.Text("currency"))}</li>");
        }

        html.Append(CultureInfo.InvariantCulture, $"""</ul><p><strong>Total {Money(invoice.Long("total"), invoice.Text("currency"))}, due {Money(invoice.Long("amount_remaining"), invoice.Text("currency"))}</strong></p><p><a href="{Encode(invoice.Text("invoice_pdf") ?? "")}">PDF</a></p>""");
        html.Append(invoice.Text("status") is "open" ? $"""<form method="post">{CardField}<button type="submit"><strong>Pay</strong></button></form>{CardHelp}""" : "");
        return SandboxPage.Render($"Practice invoice {invoice.Text("number")}", html.ToString());
    }

    private static JsonObject PortalBy(StripeSession session, string secret) =>
        session.All(Kinds.PortalSession).Find(p => p.Text("_secret") == secret) ?? throw StripeRefusal.NoSuch("session", secret);

    private static JsonObject InvoiceBy(StripeSession session, string secret) =>
        session.All(Kinds.Invoice).Find(i => i.Text("_secret") == secret) ?? throw StripeRefusal.NoSuch("invoice", secret);

    private static string Words(JsonObject price) => Prices.IsMetered(price) ? "by use" : $"{Money(price.Long("unit_amount"), price.Text("currency"))} each {price.Part("recurring").Text("interval")}";

    internal static string Money(long cents, string? currency) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100m:0.00} {(currency ?? "usd").ToUpperInvariant()}");

    internal static string Day(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Problem(string problem) => problem is "" ? "" : $"""<p role="alert"><strong>{Encode(problem)}</strong></p>""";

    private static string Back(string? url) => url is null ? "" : $"""<p><a href="{Encode(url)}">Back</a></p>""";

    private static string Address(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
