namespace Portal.Features.Deploy;

/// <summary>Strays as the page and the mail say them.</summary>
internal static class InventoryWords
{
    public static string Of(StrayKind kind) => kind switch
    {
        StrayKind.UnknownEndpoint => "Endpoint at Google, unknown here",
        StrayKind.UnknownModel => "Tuned model at Google, unknown here",
        StrayKind.GoneEndpoint => "Endpoint gone at Google",
        _ => "Idle endpoint",
    };

    public static string Thing(StrayKind kind) => kind is StrayKind.UnknownModel ? "Tuned model" : "Endpoint";
}
