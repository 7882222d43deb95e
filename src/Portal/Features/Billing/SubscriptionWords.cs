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
}
