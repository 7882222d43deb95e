using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>Tax as Stripe Tax reckons it, from a short table: the standard rate of the customer's country, on what discount and credit leave.</summary>
internal static class Taxes
{
    private const string Prefix = "txr_sandbox_";

    private static readonly Dictionary<string, decimal> s_percent = new(StringComparer.Ordinal)
    {
        ["AT"] = 20, ["BE"] = 21, ["CH"] = 8.1m, ["DE"] = 19, ["ES"] = 21, ["FR"] = 20, ["GB"] = 20, ["IE"] = 23, ["IT"] = 22, ["NL"] = 21, ["PL"] = 23, ["SE"] = 25,
    };

    public static void Map(StripeRoutes routes)
    {
        routes.Get("tax_rates", call => call.Lists("active", "created", "inclusive").Page(s_percent.Keys.Order(StringComparer.Ordinal).Select(Rate)));
        routes.Get("tax_rates/*", call => call.Only().Id is var id && id.StartsWith(Prefix, StringComparison.Ordinal) && s_percent.ContainsKey(id[Prefix.Length..])
            ? Rate(id[Prefix.Length..]) : throw StripeRefusal.NoSuch("tax rate", call.Id));
    }

    /// <summary>Writes the tax of an invoice on it and its lines, and answers how much it is. A country that is not in the table has none.</summary>
    public static long Put(JsonObject invoice, long taxable)
    {
        var lines = invoice.Data("lines").ToList();
        invoice["total_taxes"] = new JsonArray();
        lines.ForEach(line => line["taxes"] = new JsonArray());
        var automatic = invoice.Part("automatic_tax");
        if (!automatic.Flag("enabled"))
        {
            return 0;
        }

        var country = invoice.Part("customer_address").Text("country");
        automatic["status"] = country is null ? "requires_location_inputs" : "complete";
        if (country is null || taxable <= 0 || !s_percent.TryGetValue(country, out var percent))
        {
            return 0;
        }

        var (rate, why) = invoice.Text("customer_tax_exempt") switch { "exempt" => (0m, "customer_exempt"), "reverse" => (0m, "reverse_charge"), _ => (percent, "standard_rated") };
        var (subtotal, before, done) = (lines.Sum(l => l.Long("amount")), 0L, 0m);
        foreach (var line in lines.Where(_ => subtotal > 0))
        {
            // Rounded on the way, so that the lines come to the whole.
            done += (decimal)line.Long("amount") * taxable / subtotal;
            var until = Rounded(done * rate / 100);
            line["taxes"] = new JsonArray(Tax(country, until - before, Rounded((decimal)line.Long("amount") * taxable / subtotal), why));
            before = until;
        }

        var tax = Rounded(taxable * rate / 100);
        invoice["total_taxes"] = new JsonArray(Tax(country, tax, taxable, why));
        return tax;
    }

    private static long Rounded(decimal cents) => (long)Math.Round(cents, MidpointRounding.AwayFromZero);

    private static JsonObject Tax(string country, long amount, long taxable, string why) => new()
    {
        ["amount"] = amount, ["tax_behavior"] = "exclusive", ["tax_rate_details"] = new JsonObject { ["tax_rate"] = Prefix + country }, ["taxability_reason"] = why, ["taxable_amount"] = taxable,
        ["type"] = "tax_rate_details",
    };

    private static JsonObject Rate(string country) => new()
    {
        ["id"] = Prefix + country, ["object"] = "tax_rate", ["active"] = true, ["country"] = country, ["created"] = 0, ["description"] = string.Create(CultureInfo.InvariantCulture, $"VAT {country}"),
        ["display_name"] = "VAT", ["effective_percentage"] = s_percent[country], ["flat_amount"] = null, ["inclusive"] = false, ["jurisdiction"] = country, ["jurisdiction_level"] = "country", ["livemode"] = false,
        ["metadata"] = new JsonObject(), ["percentage"] = s_percent[country], ["rate_type"] = "percentage", ["state"] = null, ["tax_type"] = "vat",
    };
}
