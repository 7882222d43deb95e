using Portal.Components;

namespace Portal.Features.Monitor;

/// <summary>What became of a message, in words.</summary>
public static class WebhookWords
{
    public static string Of(WebhookDelivery delivery) => delivery.State switch
    {
        DeliveryState.Delivered => $"Delivered, {delivery.Status}",
        DeliveryState.GivenUp => "Given up",
        _ when delivery.Attempts is 0 => "On its way",
        _ => "Failed, to be tried again",
    };

    public static string Next(WebhookDelivery delivery, DateTime now) => delivery is { State: DeliveryState.Waiting, Attempts: > 0 }
        ? delivery.NextAttemptAt <= now ? "Tried again now." : $"Tried again in {Show.Duration(delivery.NextAttemptAt - now)}." : "";

    public static string TypeOf(WebhookDelivery delivery) => delivery.Type is "alert.test" ? "Test" : "Change of state";
}
