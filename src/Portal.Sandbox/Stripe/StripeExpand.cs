using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

/// <summary>Puts whole objects in the place of their ids, where a call asks for it.</summary>
internal static class StripeExpand
{
    private const int MaximumDepth = 4;

    private static readonly Dictionary<string, string> s_kinds = new(StringComparer.Ordinal)
    {
        ["cus"] = Kinds.Customer, ["sub"] = Kinds.Subscription, ["in"] = Kinds.Invoice, ["prod"] = Kinds.Product, ["price"] = Kinds.Price, ["pm"] = Kinds.PaymentMethod, ["cs"] = Kinds.Checkout,
        ["promo"] = Kinds.PromotionCode, ["mtr"] = Kinds.Meter, ["credgr"] = Kinds.CreditGrant, ["cbtxn"] = Kinds.CreditTransaction, ["clock"] = Kinds.TestClock, ["ii"] = Kinds.InvoiceItem, ["di"] = Kinds.Discount,
    };

    public static void Expand(StripeSession session, JsonObject answer, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            var names = path.Split('.');
            if (names.Length > MaximumDepth)
            {
                throw StripeRefusal.Invalid($"You cannot expand more than {MaximumDepth} levels of a property. Property: {path}", "expand");
            }

            if (!Into(session, answer, names))
            {
                throw StripeRefusal.Invalid($"This property cannot be expanded ({path}).", "expand");
            }
        }
    }

    private static void Replace(StripeSession session, JsonArray ids)
    {
        for (var index = 0; index < ids.Count; index++)
        {
            if (ids[index] is JsonValue value && value.TryGetValue<string>(out var id) && Named(session, "", id) is { } found)
            {
                ids[index] = found.Shown();
            }
        }
    }

    // The id of a coupon is whatever its maker chose.
    private static JsonObject? Named(StripeSession session, string field, string id) =>
        field is "coupon" ? session.Find(Kinds.Coupon, id) : s_kinds.TryGetValue(id.Split('_')[0], out var kind) ? session.Find(kind, id) : null;

    private static bool Into(StripeSession session, JsonNode? at, ReadOnlySpan<string> names)
    {
        if (names.IsEmpty)
        {
            return true;
        }

        if (at is JsonArray list)
        {
            Replace(session, list);
            foreach (var item in list)
            {
                if (!Into(session, item, names))
                {
                    return false;
                }
            }

            return true;
        }

        if (at is not JsonObject thing || !thing.ContainsKey(names[0]))
        {
            return at is null;
        }

        // A list of ids is the end of a path too.
        if (thing[names[0]] is JsonArray ids)
        {
            Replace(session, ids);
        }
        else if (thing.Text(names[0]) is { } id && Named(session, names[0], id) is { } found)
        {
            thing[names[0]] = found.Shown();
        }

        return Into(session, thing[names[0]], names[1..]);
    }
}
