namespace Portal.Features.Billing;

/// <summary>The portal's meters by the names that Stripe has for them.</summary>
internal static class MeterWords
{
    public static string EventName(Meter meter) => "portal_" + string.Concat(meter.ToString().Select((c, i) => char.IsUpper(c) ? (i is 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    public static string LookupKey(Meter meter) => EventName(meter) + "_usage";
}
