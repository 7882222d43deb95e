using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>The few words in which each address of the Data API says what it needs, takes and answers.</summary>
internal static class DataApiWords
{
    /// <summary>What stands beside the rows: either kind of key may know it, for whoever writes must see how it goes.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder endpoint) => endpoint.RequireVerb(KeyVerb.ReadData, KeyVerb.WriteData);

    public static RouteHandlerBuilder ReadsRows(this RouteHandlerBuilder endpoint) => endpoint.RequireVerb(KeyVerb.ReadData);

    public static RouteHandlerBuilder Writes(this RouteHandlerBuilder endpoint) => endpoint.RequireVerb(KeyVerb.WriteData);

    /// <summary>What may cost, or stops what costs. The services ask for the rights on the data besides.</summary>
    public static RouteHandlerBuilder Spends(this RouteHandlerBuilder endpoint) => endpoint.RequireVerb(KeyVerb.RunModels);

    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint)
        where T : notnull => endpoint.Accepts<T>(isOptional: true, "application/json");

    public static RouteHandlerBuilder Says<T>(this RouteHandlerBuilder endpoint, string tag, string summary, string description, params int[] statuses)
    {
        foreach (var status in statuses is [] ? [StatusCodes.Status200OK] : statuses)
        {
            endpoint.Produces<T>(status, "application/json");
        }

        return endpoint.Is(tag, summary, description);
    }

    public static RouteHandlerBuilder Is(this RouteHandlerBuilder endpoint, string tag, string summary, string description)
    {
        foreach (var status in new[] { 400, 401, 403, 404, 422, 429, 503 })
        {
            endpoint.ProducesProblem(status);
        }

        return endpoint.WithTags(tag).WithSummary(summary).WithDescription(description);
    }
}
