using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Cards by Stripe's test numbers: some pay, some are declined. No other number is taken.</summary>
internal static class PaymentMethods
{
    /// <summary>The numbers of Stripe's documentation, the token that stands for each, and how it declines; null pays.</summary>
    private static readonly (string Number, string Token, string Brand, string? Decline)[] s_cards =
    [
        ("4242424242424242", "pm_card_visa", "visa", null),
        ("5555555555554444", "pm_card_mastercard", "mastercard", null),
        ("378282246310005", "pm_card_amex", "amex", null),
        ("4000000000000341", "pm_card_chargeCustomerFail", "visa", "generic_decline"),
        ("4000000000009995", "pm_card_chargeDeclinedInsufficientFunds", "visa", "insufficient_funds"),
        ("4000000000000002", "pm_card_chargeDeclined", "visa", "at_once"),
    ];

    public static void Map(StripeRoutes routes)
    {
        routes.Post("payment_methods", call =>
        {
            call.Only("type", "card.token", "card.number", "card.exp_month", "card.exp_year", "card.cvc", "metadata", "allow_redisplay");
            var card = call.At("card");
            var made = Create(call.Session, card.Text("token") is { } token ? ByToken(token.Replace("tok_", "pm_card_", StringComparison.Ordinal)) : ByNumber(card.Required("number")));
            made["allow_redisplay"] = call.OneOf("allow_redisplay", "unspecified", "always", "limited", "unspecified");
            made["metadata"] = call.Metadata();
            (made.Part("card")["exp_month"], made.Part("card")["exp_year"]) = (card.Long("exp_month") ?? 12, card.Long("exp_year") ?? 2034);
            return call.Session.Save(made).Shown();
        });
        routes.One("payment_methods/*", Kinds.PaymentMethod);
        routes.Get("payment_methods", call => call.Lists("customer", "type").Page(
            (call.Text("customer") is { } customer ? call.Session.Of(Kinds.PaymentMethod, customer) : []).Where(p => call.Text("type") is not { } type || p.Text("type") == type)));
        routes.Post("payment_methods/*/attach", call => Attach(call.Only("customer").Session, call.Id, call.Required("customer"), byDefault: false).Shown());
        routes.Post("payment_methods/*/detach", Detach);
    }

    /// <summary>Makes a card the customer's, by its id or by a token of Stripe's; one that is refused at once is refused here.</summary>
    public static JsonObject Attach(StripeSession session, string cardId, string customerId, bool byDefault = true)
    {
        var customer = Customers.Existing(session, customerId);
        var card = session.Find(Kinds.PaymentMethod, cardId) ?? Create(session, ByToken(cardId));
        if (card.Text("_decline") is "at_once")
        {
            throw StripeRefusal.Declined("generic_decline");
        }

        card["customer"] = customerId;
        session.Save(card);
        if (byDefault)
        {
            customer.Part("invoice_settings")["default_payment_method"] = card.Required("id");
            session.Save(customer);
        }

        session.Emit("payment_method.attached", card);
        return card;
    }

    /// <summary>From the number a person types on a hosted page.</summary>
    public static JsonObject FromNumber(StripeSession session, string number) =>
        Create(session, ByNumber(string.Concat(number.Where(char.IsAsciiDigit))));

    private static JsonObject Detach(StripeCall call)
    {
        var card = call.Only().Session.Get(Kinds.PaymentMethod, call.Id);
        if (card.Text("customer") is { } customerId && call.Session.Find(Kinds.Customer, customerId) is { } customer && customer.Part("invoice_settings").Text("default_payment_method") == call.Id)
        {
            customer.Part("invoice_settings")["default_payment_method"] = null;
            call.Session.Save(customer);
        }

        card["customer"] = null;
        call.Session.Tell("payment_method.detached", card);
        return card.Shown();
    }

    private static (string Number, string Token, string Brand, string? Decline) ByToken(string token) =>
        s_cards.FirstOrDefault(c => c.Token == token) is { Token: not null } card ? card : throw StripeRefusal.NoSuch("PaymentMethod", token, "payment_method");

    private static (string Number, string Token, string Brand, string? Decline) ByNumber(string number) =>
        s_cards.FirstOrDefault(c => c.Number == number) is { Number: not null } card ? card
        : throw new StripeRefusal(402, "card_error", "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.", "card_declined")
        {
            DeclineCode = "test_mode_live_card",
        };

    private static JsonObject Create(StripeSession session, (string Number, string Token, string Brand, string? Decline) card) => session.Save(new JsonObject
    {
        ["id"] = StripeIds.Next("pm"), ["object"] = Kinds.PaymentMethod, ["allow_redisplay"] = "unspecified",
        ["billing_details"] = new JsonObject
        {
            ["address"] = new JsonObject { ["city"] = null, ["country"] = null, ["line1"] = null, ["line2"] = null, ["postal_code"] = null, ["state"] = null },
            ["email"] = null, ["name"] = null, ["phone"] = null, ["tax_id"] = null,
        },
        ["card"] = new JsonObject
        {
            ["brand"] = card.Brand, ["checks"] = new JsonObject { ["address_line1_check"] = null, ["address_postal_code_check"] = null, ["cvc_check"] = "pass" }, ["country"] = "US",
            ["display_brand"] = card.Brand, ["exp_month"] = 12, ["exp_year"] = 2034, ["fingerprint"] = "sandbox" + card.Number[^4..], ["funding"] = "credit", ["generated_from"] = null,
            ["last4"] = card.Number[^4..], ["networks"] = new JsonObject { ["available"] = new JsonArray(card.Brand), ["preferred"] = null }, ["regulated_status"] = "unregulated",
            ["three_d_secure_usage"] = new JsonObject { ["supported"] = true }, ["wallet"] = null,
        },
        ["created"] = session.Now, ["customer"] = null, ["customer_account"] = null, ["livemode"] = false, ["metadata"] = new JsonObject(), ["type"] = "card", ["_decline"] = card.Decline,
    });
}
