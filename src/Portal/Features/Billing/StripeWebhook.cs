using Microsoft.Extensions.Options;

namespace Portal.Features.Billing;

/// <summary>Where Stripe tells what happened: verified, stored, acknowledged. A stranger learns nothing but that he is one.</summary>
internal static class StripeWebhook
{
    public static void MapStripeWebhook(this WebApplication app) =>
        app.MapPost(PortalUrls.StripeWebhook, (Delegate)ReceiveAsync).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> ReceiveAsync(HttpContext http, StripeInbox inbox, IOptions<BillingOptions> options, TimeProvider time)
    {
        if (!options.Value.IsConfigured)
        {
            return Results.NotFound();
        }

        if (await ReadAsync(http) is not { } body)
        {
            return Results.Text("The message is too long.", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        if (!StripeSignature.Proves(http.Request.Headers["Stripe-Signature"].ToString(), body.Span, options.Value.WebhookSecrets, time.GetUtcNow()))
        {
            return Results.Text("The message is not signed by Stripe for this portal.", statusCode: StatusCodes.Status400BadRequest);
        }

        return await inbox.StoreAsync(body, http.RequestAborted) ? Results.Ok() : Results.Text("The message cannot be read.", statusCode: StatusCodes.Status400BadRequest);
    }

    /// <summary>The bytes as they came, which are what is signed; null past the limit.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > StripeEvent.MaximumBody)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}
