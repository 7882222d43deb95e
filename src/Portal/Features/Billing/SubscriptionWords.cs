using System.Globalization;
using Portal.Components;
using Stripe;

namespace Portal.Features.Billing;

public static class SubscriptionWords
{
    public static string Of(SubscriptionState state) => state switch
    {
        SubscriptionState.None => "Nothing bought yet",
        SubscriptionState.Trialing => "On trial",
        SubscriptionState.Active => "In order",
        SubscriptionState.PastDue => "Overdue, tried again",
        SubscriptionState.Unpaid => "Unpaid",
        _ => "Ended",
    };

    public static string Of(AccountWatch watch) => watch switch
    {
        AccountWatch.Always => "Watched",
        AccountWatch.Never => "Not watched",
        _ => "By its history",
    };

    /// <summary>As the portal reads what Stripe says.</summary>
    internal static SubscriptionFacts FactsOf(Subscription subscription)
    {
        var item = subscription.Items.Data.FirstOrDefault();
        var discount = subscription.Discounts?.FirstOrDefault();
        return new SubscriptionFacts(
            subscription.Id, subscription.Metadata.GetValueOrDefault(StripeGateway.PlanKey, ""),
            subscription.Status switch
            {
                "trialing" => SubscriptionState.Trialing,
                "active" => SubscriptionState.Active,
                "past_due" => SubscriptionState.PastDue,
                "unpaid" or "paused" => SubscriptionState.Unpaid,
                "incomplete" => SubscriptionState.None,
                _ => SubscriptionState.Ended,
            },
            subscription.StartDate, subscription.TrialEnd, item?.CurrentPeriodStart, item?.CurrentPeriodEnd, subscription.EndedAt ?? subscription.CancelAt)
        {
            Discount = Of(discount?.Source?.Coupon), DiscountEndsAt = discount?.End, ThresholdCents = subscription.BillingThresholds?.AmountGte,
        };
    }

    private static string Of(Coupon? coupon) => coupon switch
    {
        null => "",
        { PercentOff: { } percent } => $"{NameOf(coupon)}{percent.ToString("0.##", CultureInfo.InvariantCulture)} % off{Often(coupon)}",
        _ => $"{NameOf(coupon)}{Show.Money((coupon.AmountOff ?? 0) * 10_000, (coupon.Currency ?? "usd").ToUpperInvariant())} off{Often(coupon)}",
    };

    private static string NameOf(Coupon coupon) => coupon.Name is { Length: > 0 and <= 100 } name ? $"{name}: " : "";

    private static string Often(Coupon coupon) => coupon.Duration is "once" ? ", once" : "";
}
