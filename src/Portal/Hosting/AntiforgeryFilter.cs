using Microsoft.AspNetCore.Antiforgery;

namespace Portal.Hosting;

/// <summary>Requests of scripts carry the antiforgery token in a header; a page elsewhere cannot send one.</summary>
public static class AntiforgeryFilter
{
    public static TBuilder RequireAntiforgeryToken<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            return await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http)
                ? await next(context)
                : Results.Problem("This page is out of date. Load it again, then repeat what you did.", statusCode: StatusCodes.Status400BadRequest);
        });

    public static void MapAntiforgeryToken(this WebApplication app) =>
        app.MapGet("/antiforgery", (HttpContext http, IAntiforgery antiforgery) =>
        {
            var tokens = antiforgery.GetAndStoreTokens(http);
            return Results.Json(new { field = tokens.FormFieldName, header = tokens.HeaderName, value = tokens.RequestToken });
        });
}
