using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

/// <summary>Products and their prices: flat ones by the seat, metered ones by a meter.</summary>
internal static class Prices
{
    public static void Map(StripeRoutes routes)
    {
        routes.Post("products", CreateProduct);
        routes.Get("products", call => call.Lists("active", "ids", "created").Page(
            call.Session.All(Kinds.Product).Where(p => IsActive(call, p) && (call.Texts("ids") is not { Count: > 0 } ids || ids.Contains(p.Required("id"))))));
        routes.One("products/*", Kinds.Product);
        routes.Post("products/*", UpdateProduct);
        routes.Post("prices", CreatePrice);
        routes.Get("prices", ListPrices);
        routes.One("prices/*", Kinds.Price);
        routes.Post("prices/*", UpdatePrice);
    }

    public static bool IsMetered(JsonObject price) => price.Part("recurring").Text("usage_type") is "metered";

    /// <summary>In cents, rounded once for the whole line, as an invoice does.</summary>
    public static long AmountOf(JsonObject price, decimal quantity) =>
        (long)Math.Round(quantity * StripeJson.ToDecimal(price.Text("unit_amount_decimal")), MidpointRounding.AwayFromZero);

    private static bool IsActive(StripeCall call, JsonObject thing) => call.Flag("active") is not { } active || thing.Flag("active") == active;

    private static JsonObject CreateProduct(StripeCall call)
    {
        call.Only("name", "description", "active", "metadata", "id", "tax_code", "unit_label", "url", "statement_descriptor", "type");
        var product = new JsonObject
        {
            ["id"] = call.Text("id") ?? StripeIds.Next("prod", 14), ["object"] = Kinds.Product, ["active"] = call.Flag("active") ?? true, ["created"] = call.Session.Now, ["default_price"] = null,
            ["description"] = call.Text("description"), ["images"] = new JsonArray(), ["livemode"] = false, ["marketing_features"] = new JsonArray(), ["metadata"] = call.Metadata(),
            ["name"] = call.Required("name"), ["package_dimensions"] = null, ["shippable"] = null, ["statement_descriptor"] = call.Text("statement_descriptor"), ["tax_code"] = call.Text("tax_code"),
            ["tax_details"] = null, ["type"] = call.OneOf("type", "service", "good", "service"), ["unit_label"] = call.Text("unit_label"), ["updated"] = call.Session.Now, ["url"] = call.Text("url"),
        };
        if (call.Session.Find(Kinds.Product, product.Required("id")) is not null)
        {
            throw StripeRefusal.Invalid("Product already exists.", "id", "resource_already_exists");
        }

        call.Session.Tell("product.created", product);
        return product.Shown();
    }

    private static JsonObject UpdateProduct(StripeCall call)
    {
        var product = call.Only("name", "description", "active", "metadata", "tax_code", "unit_label", "url", "statement_descriptor", "default_price").Session.Get(Kinds.Product, call.Id);
        var before = product.Copy();
        call.Into(product, "name", "description", "tax_code", "unit_label", "url", "statement_descriptor", "default_price");
        product["active"] = call.Flag("active") ?? product.Flag("active");
        product["metadata"] = call.Metadata(product.Part("metadata"));
        product["updated"] = call.Session.Now;
        call.Session.Tell("product.updated", product, before);
        return product.Shown();
    }

    private static JsonObject CreatePrice(StripeCall call)
    {
        call.Only("currency", "product", "product_data.active", "product_data.id", "product_data.metadata", "product_data.name", "product_data.statement_descriptor", "product_data.tax_code",
            "product_data.unit_label", "unit_amount", "unit_amount_decimal", "recurring.interval", "recurring.interval_count", "recurring.meter", "recurring.usage_type", "metadata", "nickname",
            "lookup_key", "transfer_lookup_key", "active", "billing_scheme", "tax_behavior");
        var session = call.Session;
        var productId = call.Text("product") is { } id ? session.Get(Kinds.Product, id, "product").Required("id")
            : CreateProduct(call with { Params = call.Has("product_data") ? call.Params.Part("product_data") : throw StripeRefusal.Missing("product") }).Required("id");
        var unit = call.Text("unit_amount_decimal") ?? call.Long("unit_amount")?.ToString(CultureInfo.InvariantCulture) ?? throw StripeRefusal.Missing("unit_amount");
        if (!decimal.TryParse(unit, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount != decimal.Round(amount, 12))
        {
            throw StripeRefusal.Invalid($"Invalid decimal: {unit}; must be at least 0 and contain at most 12 decimal places.", "unit_amount_decimal");
        }

        var price = new JsonObject
        {
            ["id"] = StripeIds.Next("price"), ["object"] = Kinds.Price, ["active"] = call.Flag("active") ?? true, ["billing_scheme"] = call.OneOf("billing_scheme", "per_unit", "per_unit"),
            ["created"] = session.Now, ["currency"] = call.Required("currency"), ["custom_unit_amount"] = null, ["livemode"] = false, ["lookup_key"] = null, ["metadata"] = call.Metadata(),
            ["nickname"] = call.Text("nickname"), ["product"] = productId, ["recurring"] = call.Has("recurring") ? Recurring(call.At("recurring")) : null,
            ["tax_behavior"] = call.OneOf("tax_behavior", "unspecified", "inclusive", "exclusive", "unspecified"), ["tiers_mode"] = null, ["transform_quantity"] = null,
            ["type"] = call.Has("recurring") ? "recurring" : "one_time", ["unit_amount"] = amount == decimal.Truncate(amount) ? (long)amount : null, ["unit_amount_decimal"] = unit,
        };
        TakeLookupKey(call, price);
        session.Tell("price.created", price);
        return price.Shown();
    }

    private static JsonObject Recurring(StripeCall call)
    {
        var usage = call.OneOf("usage_type", "licensed", "licensed", "metered");
        if (usage is "metered")
        {
            call.Session.Get(Kinds.Meter, call.Text("meter") ?? throw StripeRefusal.Invalid("Metered prices must be backed by a meter. Set `recurring[meter]`.", "recurring[meter]", "parameter_missing"), "recurring[meter]");
        }

        _ = call.Required("interval");
        return new JsonObject
        {
            ["interval"] = call.OneOf("interval", "month", "day", "week", "month", "year"), ["interval_count"] = call.Long("interval_count") ?? 1, ["meter"] = usage is "metered" ? call.Text("meter") : null,
            ["trial_period_days"] = null, ["usage_type"] = usage,
        };
    }

    private static void TakeLookupKey(StripeCall call, JsonObject price)
    {
        if (call.Text("lookup_key") is not { } key)
        {
            return;
        }

        if (call.Session.All(Kinds.Price).Find(p => p.Text("lookup_key") == key && p.Text("id") != price.Text("id")) is { } holder)
        {
            if (call.Flag("transfer_lookup_key") is not true)
            {
                throw StripeRefusal.Invalid($"A price (`{holder.Text("id")}`) already uses that lookup key.", "lookup_key");
            }

            holder["lookup_key"] = null;
            call.Session.Save(holder);
        }

        price["lookup_key"] = key;
    }

    private static JsonObject ListPrices(StripeCall call)
    {
        var keys = call.Lists("active", "currency", "created", "lookup_keys", "product", "type", "recurring.meter", "recurring.interval", "recurring.usage_type").Texts("lookup_keys");
        return call.Page(call.Session.All(Kinds.Price).Where(p => IsActive(call, p) && (call.Text("currency") is not { } currency || p.Text("currency") == currency)
            && (call.Text("type") is not { } type || p.Text("type") == type)
            && call.Params.Part("recurring").All(r => p.Part("recurring").Text(r.Key) == (string?)r.Value) && (keys.Count is 0 || (p.Text("lookup_key") is { } key && keys.Contains(key)))
            && (call.Text("product") is not { } product || p.Text("product") == product)));
    }

    private static JsonObject UpdatePrice(StripeCall call)
    {
        call.Only("active", "metadata", "nickname", "lookup_key", "transfer_lookup_key", "tax_behavior");
        var price = call.Session.Get(Kinds.Price, call.Id);
        var before = price.Copy();
        call.Into(price, "nickname");
        price["active"] = call.Flag("active") ?? price.Flag("active");
        price["metadata"] = call.Metadata(price.Part("metadata"));
        TakeLookupKey(call, price);
        call.Session.Tell("price.updated", price, before);
        return price.Shown();
    }
}
