using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Credit granted in advance; it pays for metered lines before any card does.</summary>
internal static class Credits
{
    public static void Map(StripeRoutes routes)
    {
        routes.Post("billing/credit_grants", Create);
        routes.Get("billing/credit_grants", call => call.Page(call.Text("customer") is { } customer ? call.Session.Of(Kinds.CreditGrant, customer) : call.Session.All(Kinds.CreditGrant)));
        routes.Get("billing/credit_grants/*", call => call.Session.Get(Kinds.CreditGrant, call.Id).Shown());
        routes.Post("billing/credit_grants/*/void", call => Ended(call, "voided_at"));
        routes.Post("billing/credit_grants/*/expire", call => Ended(call, "expires_at"));
        routes.Get("billing/credit_balance_summary", Summary);
    }

    /// <summary>How much of an amount credit would pay now.</summary>
    public static long Available(StripeSession session, JsonObject invoice, long most) =>
        most <= 0 ? 0 : Math.Min(most, Usable(session, invoice.Required("customer"), session.TimeOf(invoice)).Sum(g => g.Long("_left")));

    public static void Spend(StripeSession session, JsonObject invoice, long at)
    {
        var left = invoice.Parts("total_pretax_credit_amounts").Sum(c => c.Long("amount"));
        foreach (var grant in Usable(session, invoice.Required("customer"), at))
        {
            var taken = Math.Min(left, grant.Long("_left"));
            grant["_left"] = grant.Long("_left") - taken;
            left -= taken;
            session.Save(grant);
        }
    }

    private static IEnumerable<JsonObject> Usable(StripeSession session, string customerId, long at) =>
        session.Of(Kinds.CreditGrant, customerId).Where(g => g.Long("_left") > 0 && g["voided_at"] is null && (g.LongOrNull("expires_at") is not { } end || end > at) && g.Long("effective_at") <= at)
            .OrderBy(g => g.Long("priority")).ThenBy(g => g.LongOrNull("expires_at") ?? long.MaxValue);

    private static JsonObject Create(StripeCall call)
    {
        call.Only("customer", "amount", "applicability_config", "category", "name", "metadata", "effective_at", "expires_at", "priority");
        var customer = Customers.Existing(call.Session, call.Required("customer"));
        var money = call.At("amount").At("monetary");
        var value = money.Long("value") ?? throw StripeRefusal.Missing("amount[monetary][value]");
        var at = call.Session.TimeOf(customer);
        var grant = new JsonObject
        {
            ["id"] = StripeIds.Next("credgr_test"), ["object"] = Kinds.CreditGrant,
            ["amount"] = new JsonObject { ["monetary"] = new JsonObject { ["currency"] = money.Required("currency"), ["value"] = value }, ["type"] = "monetary" },
            ["applicability_config"] = new JsonObject { ["scope"] = new JsonObject { ["price_type"] = "metered" } }, ["category"] = call.OneOf("category", "paid", "paid", "promotional"), ["created"] = at,
            ["customer"] = customer.Text("id"), ["customer_account"] = null, ["effective_at"] = call.Long("effective_at") ?? at, ["expires_at"] = call.Long("expires_at"), ["livemode"] = false,
            ["metadata"] = call.Metadata(), ["name"] = call.Text("name"), ["priority"] = call.Long("priority") ?? 50, ["test_clock"] = customer.Text("test_clock"), ["updated"] = at, ["voided_at"] = null, ["_left"] = value,
        };
        call.Session.Tell("billing.credit_grant.created", grant);
        return grant.Shown();
    }

    private static JsonObject Ended(StripeCall call, string field)
    {
        var grant = call.Session.Get(Kinds.CreditGrant, call.Id);
        grant[field] = call.Session.TimeOf(grant);
        call.Session.Tell("billing.credit_grant.updated", grant);
        return grant.Shown();
    }

    private static JsonObject Summary(StripeCall call)
    {
        var customer = Customers.Existing(call.Session, call.Required("customer"));
        var left = Usable(call.Session, customer.Required("id"), call.Session.TimeOf(customer)).Sum(g => g.Long("_left"));
        JsonObject Money() => new() { ["monetary"] = new JsonObject { ["currency"] = customer.Text("currency") ?? "usd", ["value"] = left }, ["type"] = "monetary" };
        return new JsonObject
        {
            ["object"] = "billing.credit_balance_summary", ["balances"] = new JsonArray(new JsonObject { ["available_balance"] = Money(), ["ledger_balance"] = Money() }),
            ["customer"] = customer.Text("id"), ["customer_account"] = null, ["livemode"] = false,
        };
    }
}
