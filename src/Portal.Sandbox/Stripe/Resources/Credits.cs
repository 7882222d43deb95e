using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Credit granted in advance; it pays for metered lines before any card does.</summary>
internal static class Credits
{
    public static void Map(StripeRoutes routes)
    {
        routes.Post("billing/credit_grants", Create);
        routes.Get("billing/credit_grants", call => call.Lists("customer").Page(call.Text("customer") is { } customer ? call.Session.Of(Kinds.CreditGrant, customer) : call.Session.All(Kinds.CreditGrant)));
        routes.One("billing/credit_grants/*", Kinds.CreditGrant);
        routes.Post("billing/credit_grants/*", Update);
        routes.Post("billing/credit_grants/*/void", call => Ended(call, "voided_at", "credits_voided"));
        routes.Post("billing/credit_grants/*/expire", call => Ended(call, "expires_at", "credits_expired"));
        routes.Get("billing/credit_balance_summary", Summary);
        routes.Get("billing/credit_balance_transactions", call => call.Lists("customer", "credit_grant").Page(call.Session.All(Kinds.CreditTransaction)
            .Where(t => t.Text("_customer") == call.Required("customer") && (call.Text("credit_grant") is not { } grant || t.Text("credit_grant") == grant))));
        routes.One("billing/credit_balance_transactions/*", Kinds.CreditTransaction);
    }

    /// <summary>How much of an amount credit would pay now.</summary>
    public static long Available(StripeSession session, JsonObject invoice, long most) =>
        most <= 0 ? 0 : Math.Min(most, Usable(session, invoice.Required("customer"), session.TimeOf(invoice), invoice.Text("currency")).Sum(g => g.Long("_left")));

    public static void Spend(StripeSession session, JsonObject invoice, long at)
    {
        var left = invoice.Parts("total_pretax_credit_amounts").Where(c => c.Text("type") is "credit_balance_transaction").Sum(c => c.Long("amount"));
        if (left is 0)
        {
            return;
        }

        var line = invoice.Data("lines").First(l => l.Flag("_metered")).Text("id");
        var applied = new JsonArray();
        foreach (var grant in Usable(session, invoice.Required("customer"), at, invoice.Text("currency")).TakeWhile(_ => left > 0))
        {
            var taken = Math.Min(left, grant.Long("_left"));
            left -= taken;
            var made = Move(session, grant, "debit", "credits_applied", taken, at, new JsonObject { ["invoice"] = invoice.Text("id"), ["invoice_line_item"] = line });
            applied.Add((JsonNode)new JsonObject { ["amount"] = taken, ["credit_balance_transaction"] = made.Text("id"), ["type"] = "credit_balance_transaction" });
        }

        invoice["total_pretax_credit_amounts"] = applied;
    }

    private static IEnumerable<JsonObject> Usable(StripeSession session, string customerId, long at, string? currency) =>
        session.Of(Kinds.CreditGrant, customerId).Where(g => g.Long("_left") > 0 && g.Part("amount").Part("monetary").Text("currency") == currency && g["voided_at"] is null && (g.LongOrNull("expires_at") is not { } end || end > at) && g.Long("effective_at") <= at)
            .OrderBy(g => g.Long("priority")).ThenBy(g => g.LongOrNull("expires_at") ?? long.MaxValue);

    private static JsonObject Create(StripeCall call)
    {
        call.Only("customer", "amount.type", "amount.monetary.value", "amount.monetary.currency", "applicability_config.scope.price_type", "category", "name", "metadata", "effective_at", "expires_at", "priority");
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
        if (value <= 0)
        {
            throw StripeRefusal.Invalid("The amount of a credit grant must be greater than zero.", "amount[monetary][value]");
        }

        _ = call.At("amount").OneOf("type", "monetary", "monetary");
        _ = call.At("applicability_config").At("scope").OneOf("price_type", "metered", "metered");
        Move(call.Session, grant, "credit", "credits_granted", value, at, null);
        call.Session.Tell("billing.credit_grant.created", grant);
        return grant.Shown();
    }

    private static JsonObject Update(StripeCall call)
    {
        var grant = call.Only("expires_at", "metadata").Session.Get(Kinds.CreditGrant, call.Id);
        var before = grant.Copy();
        grant["metadata"] = call.Metadata(grant.Part("metadata"));
        if (call.Has("expires_at"))
        {
            grant["expires_at"] = call.Long("expires_at");
        }

        grant["updated"] = call.Session.TimeOf(grant);
        return call.Session.Tell("billing.credit_grant.updated", grant, before).Shown();
    }

    /// <summary>Writes down what came to a grant or left it; what is left of it is changed and saved.</summary>
    private static JsonObject Move(StripeSession session, JsonObject grant, string type, string why, long amount, long at, JsonObject? applied)
    {
        grant["_left"] = type is "credit" ? amount : grant.Long("_left") - amount;
        session.Save(grant);
        var moved = new JsonObject
        {
            ["amount"] = new JsonObject { ["monetary"] = new JsonObject { ["currency"] = grant.Part("amount").Part("monetary").Text("currency"), ["value"] = amount }, ["type"] = "monetary" },
            [type is "credit" ? "credits_application_invoice_voided" : "credits_applied"] = applied, ["type"] = why,
        };
        return session.Tell("billing.credit_balance_transaction.created", new JsonObject
        {
            ["id"] = StripeIds.Next("cbtxn_test"), ["object"] = Kinds.CreditTransaction, ["created"] = at, ["credit"] = type is "credit" ? moved : null, ["credit_grant"] = grant.Text("id"),
            ["debit"] = type is "debit" ? moved : null, ["effective_at"] = at, ["livemode"] = false, ["test_clock"] = grant.Text("test_clock"), ["type"] = type, ["_customer"] = grant.Text("customer"),
        });
    }

    private static JsonObject Ended(StripeCall call, string field, string why)
    {
        var grant = call.Only().Session.Get(Kinds.CreditGrant, call.Id);
        var at = call.Session.TimeOf(grant);
        if (grant["voided_at"] is not null || (grant.LongOrNull("expires_at") is { } end && end <= at))
        {
            throw StripeRefusal.Invalid("This credit grant is expired or voided already.", code: "resource_missing");
        }

        if (grant.Long("_left") is > 0 and var left)
        {
            Move(call.Session, grant, "debit", why, left, at, null);
        }

        (grant[field], grant["updated"]) = (at, at);
        return call.Session.Tell("billing.credit_grant.updated", grant).Shown();
    }

    private static JsonObject Summary(StripeCall call)
    {
        call.Only("customer", "filter.type", "filter.applicability_scope.price_type", "filter.credit_grant");
        var customer = Customers.Existing(call.Session, call.Required("customer"));
        var (filter, at) = (call.At("filter"), call.Session.TimeOf(customer));
        _ = filter.Required("type");
        var isGrant = filter.OneOf("type", "", "applicability_scope", "credit_grant") is "credit_grant";
        var only = isGrant ? filter.Required("credit_grant") : null;
        var balances = call.Session.Of(Kinds.CreditGrant, call.Required("customer")).Where(g => only is null || g.Text("id") == only)
            .Select(g => g.Part("amount").Part("monetary").Text("currency") ?? "usd").Distinct().Select(currency =>
            {
                var left = Usable(call.Session, customer.Required("id"), at, currency).Where(g => only is null || g.Text("id") == only).Sum(g => g.Long("_left"));
                JsonObject Money() => new() { ["monetary"] = new JsonObject { ["currency"] = currency, ["value"] = left }, ["type"] = "monetary" };
                return (JsonNode)new JsonObject { ["available_balance"] = Money(), ["ledger_balance"] = Money() };
            });
        return new JsonObject
        {
            ["object"] = "billing.credit_balance_summary", ["balances"] = new JsonArray([.. balances]), ["customer"] = customer.Text("id"), ["customer_account"] = null, ["livemode"] = false,
        };
    }
}
