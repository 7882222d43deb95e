using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe.Resources;

internal static class Coupons
{
    public static void Map(StripeRoutes routes)
    {
        routes.Post("coupons", Create);
        routes.Get("coupons", call => call.Lists("created").Page(call.Session.All(Kinds.Coupon)));
        routes.One("coupons/*", Kinds.Coupon);
        routes.Post("coupons/*", call =>
        {
            var coupon = call.Only("name", "metadata").Session.Get(Kinds.Coupon, call.Id);
            var before = coupon.Copy();
            call.Into(coupon, "name");
            coupon["metadata"] = call.Metadata(coupon.Part("metadata"));
            return call.Session.Tell("coupon.updated", coupon, before).Shown();
        });
        routes.Delete("coupons/*", call =>
        {
            call.Session.Delete(call.Only().Session.Get(Kinds.Coupon, call.Id).Required("id"));
            return new JsonObject { ["id"] = call.Id, ["object"] = Kinds.Coupon, ["deleted"] = true };
        });
        routes.Post("promotion_codes", CreateCode);
        routes.Get("promotion_codes", call => call.Lists("active", "code", "coupon", "customer", "created").Page(call.Session.All(Kinds.PromotionCode)
            .Where(p => (call.Text("code") is not { } code || p.Text("code") == code) && (call.Flag("active") is not { } active || p.Flag("active") == active)
                && (call.Text("coupon") is not { } coupon || p.Part("promotion").Text("coupon") == coupon) && (call.Text("customer") is not { } customer || p.Text("customer") == customer))));
        routes.One("promotion_codes/*", Kinds.PromotionCode);
        routes.Post("promotion_codes/*", call =>
        {
            var code = call.Only("active", "metadata").Session.Get(Kinds.PromotionCode, call.Id);
            code["active"] = call.Flag("active") ?? code.Flag("active");
            code["metadata"] = call.Metadata(code.Part("metadata"));
            return call.Session.Save(code).Shown();
        });
    }

    /// <summary>A discount on a subscription, by a coupon or by the code that stands for one.</summary>
    public static JsonObject Redeem(StripeSession session, string? couponId, string? promotionCodeId, string customerId, string? subscriptionId, long at)
    {
        var code = promotionCodeId is null ? null : session.Get(Kinds.PromotionCode, promotionCodeId, "discounts[promotion_code]");
        var id = couponId ?? code?.Part("promotion").Text("coupon") ?? throw StripeRefusal.Missing("discounts[coupon]");
        var coupon = session.Get(Kinds.Coupon, id, "discounts[coupon]");
        if (code is not null && (!code.Flag("active") || code.LongOrNull("expires_at") is { } over && over < at || code.LongOrNull("max_redemptions") is { } times && code.Long("times_redeemed") >= times))
        {
            throw StripeRefusal.Invalid("This promotion code cannot be redeemed because it has expired or was redeemed as often as it may be.", "discounts", "promotion_code_expired");
        }

        if (code?.Text("customer") is { } only && only != customerId)
        {
            throw StripeRefusal.Invalid("This promotion code cannot be redeemed by this customer.", "discounts", "resource_missing");
        }

        if (!coupon.Flag("valid") || coupon.LongOrNull("redeem_by") is { } by && by < at)
        {
            throw StripeRefusal.Invalid($"Coupon {id} is expired or can no longer be redeemed.", "discounts", "coupon_expired");
        }

        coupon["times_redeemed"] = coupon.Long("times_redeemed") + 1;
        coupon["valid"] = coupon.LongOrNull("max_redemptions") is not { } most || coupon.Long("times_redeemed") < most;
        session.Save(coupon);
        if (code is not null)
        {
            code["times_redeemed"] = code.Long("times_redeemed") + 1;
            session.Save(code);
        }

        return session.Save(new JsonObject
        {
            ["id"] = StripeIds.Next("di"), ["object"] = Kinds.Discount, ["checkout_session"] = null, ["customer"] = customerId, ["customer_account"] = null,
            ["end"] = coupon.Text("duration") is "repeating" ? DateTimeOffset.FromUnixTimeSeconds(at).AddMonths((int)coupon.Long("duration_in_months")).ToUnixTimeSeconds() : null,
            ["invoice"] = null, ["invoice_item"] = null, ["promotion_code"] = promotionCodeId, ["source"] = new JsonObject { ["coupon"] = id, ["type"] = "coupon" }, ["start"] = at,
            ["subscription"] = subscriptionId, ["subscription_item"] = null, ["_percent"] = coupon.Text("_percent"), ["_amount"] = coupon.Long("amount_off"), ["_once"] = coupon.Text("duration") is "once",
        });
    }

    /// <summary>What the subscription's discount takes off an invoice, in cents.</summary>
    public static long Take(JsonObject invoice, JsonObject subscription, long subtotal)
    {
        var at = invoice.Long("created");
        if (subtotal <= 0 || subscription["_discount"] is not JsonObject discount || discount.LongOrNull("end") is { } end && end <= at
            || discount.Flag("_once") && invoice.Text("billing_reason") is not "subscription_create")
        {
            return 0;
        }

        invoice["_discount"] = discount.Text("id");
        invoice["discounts"] = new JsonArray(discount.Text("id"));
        var off = discount.Text("_percent") is { } percent ? (long)Math.Round(subtotal * StripeJson.ToDecimal(percent) / 100, MidpointRounding.AwayFromZero) : discount.Long("_amount");
        return Math.Min(subtotal, off);
    }

    private static JsonObject Create(StripeCall call)
    {
        call.Only("id", "name", "percent_off", "amount_off", "currency", "duration", "duration_in_months", "max_redemptions", "redeem_by", "metadata");
        var percent = call.Text("percent_off");
        if ((percent is null) == (call.Long("amount_off") is null))
        {
            throw StripeRefusal.Invalid("You must pass either percent_off or amount_off, and not both.", "percent_off");
        }

        var coupon = new JsonObject
        {
            ["id"] = call.Text("id") ?? StripeIds.Next("c", 8)[2..], ["object"] = Kinds.Coupon, ["amount_off"] = call.Long("amount_off"), ["created"] = call.Session.Now,
            ["currency"] = percent is null ? call.Required("currency") : null, ["duration"] = call.OneOf("duration", "once", "once", "repeating", "forever"),
            ["duration_in_months"] = call.Long("duration_in_months"), ["livemode"] = false, ["max_redemptions"] = call.Long("max_redemptions"), ["metadata"] = call.Metadata(),
            ["name"] = call.Text("name"), ["percent_off"] = percent is null ? null : double.Parse(percent, CultureInfo.InvariantCulture), ["redeem_by"] = call.Long("redeem_by"),
            ["times_redeemed"] = 0, ["valid"] = true, ["_percent"] = percent,
        };
        call.Session.Tell("coupon.created", coupon);
        return coupon.Shown();
    }

    private static JsonObject CreateCode(StripeCall call)
    {
        call.Only("promotion.type", "promotion.coupon", "code", "active", "customer", "expires_at", "max_redemptions", "metadata");
        var coupon = call.Session.Get(Kinds.Coupon, call.At("promotion").Required("coupon"), "promotion[coupon]");
        var code = new JsonObject
        {
            ["id"] = StripeIds.Next("promo"), ["object"] = Kinds.PromotionCode, ["active"] = call.Flag("active") ?? true, ["code"] = call.Text("code") ?? StripeIds.Next("c", 8)[2..].ToUpperInvariant(),
            ["created"] = call.Session.Now, ["customer"] = call.Text("customer"), ["customer_account"] = null, ["expires_at"] = call.Long("expires_at"), ["livemode"] = false,
            ["max_redemptions"] = call.Long("max_redemptions"), ["metadata"] = call.Metadata(), ["promotion"] = new JsonObject { ["coupon"] = coupon.Text("id"), ["type"] = "coupon" },
            ["restrictions"] = new JsonObject { ["first_time_transaction"] = false, ["minimum_amount"] = null, ["minimum_amount_currency"] = null }, ["times_redeemed"] = 0,
        };
        if (call.Session.All(Kinds.PromotionCode).Exists(p => p.Flag("active") && string.Equals(p.Text("code"), code.Text("code"), StringComparison.OrdinalIgnoreCase)))
        {
            throw StripeRefusal.Invalid("An active promotion code with this code already exists.", "code");
        }

        call.Session.Tell("promotion_code.created", code);
        return code.Shown();
    }
}
