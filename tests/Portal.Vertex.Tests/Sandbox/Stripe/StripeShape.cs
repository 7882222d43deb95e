using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stripe;

namespace Portal.Vertex.Tests.Sandbox.Stripe;

/// <summary>
/// What an answer has against what Stripe's own library, which is generated from the published description, knows of it: a field too few or
/// too many, a null where there is always a value, or a value of another kind.
/// </summary>
internal static class StripeShape
{
    /// <summary>Fields that the description itself leaves out at times; all others are always there, be it as null.</summary>
    private static readonly HashSet<string> s_optional = new(StringComparer.Ordinal)
    {
        "Coupon.applies_to", "Coupon.currency_options", "CreditGrantApplicabilityConfigScope.prices", "Customer.business_name", "Customer.cash_balance",
        "Customer.individual_name", "Customer.invoice_credit_balance", "Customer.sources", "Customer.subscriptions", "Customer.tax", "Customer.tax_ids", "Event.account",
        "Event.context", "Invoice.amount_paid_off_stripe", "Invoice.confirmation_secret", "Invoice.payments", "Invoice.status_details", "Invoice.threshold_reason",
        "InvoiceAutomaticTaxLiability.account", "InvoiceIssuer.account", "InvoiceItem.frozen_fields", "InvoiceItem.invoicing_rules", "InvoiceItem.proration_details",
        "InvoiceParentSubscriptionDetails.subscription_proration_date", "InvoiceTotalPretaxCreditAmount.credit_balance_transaction", "InvoiceTotalPretaxCreditAmount.discount",
        "LineItem.discounts", "LineItem.taxes", "PaymentMethodCard.description", "PaymentMethodCard.iin", "PaymentMethodCard.issuer", "Plan.tiers", "Price.currency_options",
        "Price.tiers", "PromotionCodeRestrictions.currency_options", "Session.after_expiration", "Session.branding_settings", "Session.excluded_payment_method_types",
        "Session.line_items", "Session.name_collection", "Session.optional_items", "Session.presentment_details", "Session.redirect_on_completion", "Session.return_url",
        "Session.tax_id_collection", "SessionTotalDetails.breakdown", "Shipping.carrier", "Shipping.tracking_number", "Subscription.presentment_details",
        "Subscription.status_details", "SubscriptionBillingMode.updated_at", "SubscriptionInvoiceSettingsIssuer.account", "SubscriptionItem.billed_until",
        "SubscriptionItem.quantity", "TestClockStatusDetails.advancing", "WebhookEndpoint.secret",
    };

    public static IReadOnlyList<string> Differences<T>(T answer)
        where T : IStripeEntity
    {
        List<string> found = [];
        using var json = JsonDocument.Parse(answer.StripeResponse.Content);
        Compare(json.RootElement, typeof(T), typeof(T).Name, found);
        return [.. found.Distinct()];
    }

    private static void Compare(JsonElement value, Type type, string at, List<string> found)
    {
        if (value.ValueKind is JsonValueKind.Null)
        {
            if (type.IsValueType && Nullable.GetUnderlyingType(type) is null)
            {
                found.Add($"{at} is null");
            }

            return;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type is { IsGenericType: true, Name: "ExpandableField`1" })
        {
            if (value.ValueKind is JsonValueKind.Object)
            {
                Compare(value, type.GetGenericArguments()[0], at, found);
            }
        }
        else if (type is { IsGenericType: true, Name: "List`1" })
        {
            Expect(value, JsonValueKind.Array, at, found).ForEach(item => Compare(item, type.GetGenericArguments()[0], at, found));
        }
        else if (typeof(IStripeEntity).IsAssignableFrom(type) && type.IsClass)
        {
            Fields(value, type, at, found);
        }
        else if (KindsOf(type) is { Length: > 0 } kinds && !kinds.Contains(value.ValueKind))
        {
            found.Add($"{at} is {value.ValueKind}");
        }
    }

    private static void Fields(JsonElement value, Type type, string at, List<string> found)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            found.Add($"{at} is {value.ValueKind}");
            return;
        }

        var known = Known(type);
        var isGone = value.TryGetProperty("deleted", out _);
        foreach (var field in value.EnumerateObject())
        {
            if (known.TryGetValue(field.Name, out var inner))
            {
                Compare(field.Value, inner, $"{at}.{field.Name}", found);
            }
            else if (field.Name is not "previous_attributes")
            {
                // What an event says of before has the fields of whatever changed.
                found.Add($"{at}.{field.Name} is unknown");
            }
        }

        found.AddRange(known.Where(f => !isGone && !value.TryGetProperty(f.Key, out _) && !IsOptional(type, f.Key, f.Value)).Select(f => $"{type.Name}.{f.Key} is missing"));
    }

    // Of a means of payment, what all kinds but its own would have is left out.
    private static bool IsOptional(Type type, string name, Type inner) =>
        name is "deleted" || s_optional.Contains($"{type.Name}.{name}") || (type == typeof(PaymentMethod) && inner.Name.StartsWith("PaymentMethod", StringComparison.Ordinal)) || (type == typeof(PaymentMethod) && name is "customer_balance");

    private static Dictionary<string, Type> Known(Type type) => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Select(p => (p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, p.PropertyType)).Where(p => p.Name is not null).DistinctBy(p => p.Name).ToDictionary(p => p.Name!, p => p.PropertyType);

    private static List<JsonElement> Expect(JsonElement value, JsonValueKind kind, string at, List<string> found)
    {
        if (value.ValueKind == kind)
        {
            return [.. value.EnumerateArray()];
        }

        found.Add($"{at} is {value.ValueKind}");
        return [];
    }

    private static JsonValueKind[] KindsOf(Type type) =>
        type == typeof(string) ? [JsonValueKind.String]
        : type == typeof(bool) ? [JsonValueKind.True, JsonValueKind.False]
        : type == typeof(long) || type == typeof(double) ? [JsonValueKind.Number]
        // Moments are numbers but in the second version of the API, and decimals are written as text.
        : type == typeof(DateTime) ? [JsonValueKind.Number, JsonValueKind.String]
        : type == typeof(decimal) ? [JsonValueKind.String, JsonValueKind.Number]
        : [];
}
