namespace Portal.Sandbox.Stripe;

/// <summary>The objects this sandbox has, by Stripe's names.</summary>
internal static class Kinds
{
    public const string Customer = "customer";
    public const string Product = "product";
    public const string Price = "price";
    public const string Subscription = "subscription";
    public const string Invoice = "invoice";
    public const string InvoiceItem = "invoiceitem";
    public const string Checkout = "checkout.session";
    public const string PortalSession = "billing_portal.session";
    public const string Meter = "billing.meter";
    public const string CreditGrant = "billing.credit_grant";
    public const string CreditTransaction = "billing.credit_balance_transaction";
    public const string Coupon = "coupon";
    public const string Discount = "discount";
    public const string PromotionCode = "promotion_code";
    public const string BalanceTransaction = "customer_balance_transaction";
    public const string PaymentMethod = "payment_method";
    public const string Event = "event";
    public const string ThinEvent = "v2.core.event";
    public const string WebhookEndpoint = "webhook_endpoint";
    public const string TestClock = "test_helpers.test_clock";

    /// <summary>As a refusal names it.</summary>
    public static string NameOf(string kind) => kind switch
    {
        PaymentMethod => "PaymentMethod",
        TestClock => "test clock",
        PromotionCode => "promotion code",
        Meter => "billing meter",
        CreditGrant => "billing credit grant",
        CreditTransaction => "billing credit balance transaction",
        WebhookEndpoint => "webhook endpoint",
        ThinEvent => "event",
        _ => kind,
    };
}
