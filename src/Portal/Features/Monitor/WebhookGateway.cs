using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Hosting;

namespace Portal.Features.Monitor;

/// <summary>What came of one attempt.</summary>
/// <param name="Problem">Empty where the receiver took it.</param>
public sealed record WebhookAnswer(int? Status, string Problem);

/// <summary>
/// The one door to receivers of webhooks. Only public addresses are called, no redirect is followed, and of the answer nothing but the
/// status is read, so that nobody learns here what stands behind an address.
/// </summary>
public sealed class WebhookGateway(OutsideHttp outside, IOptions<MonitorOptions> options)
{
    private const string Refused = "The address leads into a private network, which is not called from here.";

    internal async Task<WebhookAnswer> SendAsync(WebhookDelivery delivery, string url, IReadOnlyList<string> secrets, DateTimeOffset at, CancellationToken ct)
    {
        using var http = outside.Client(options.Value.AllowLoopbackWebhooks);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Portal-Webhooks", "1.0"));
        request.Headers.Add("webhook-id", delivery.Id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", string.Join(' ', secrets.Select(secret => WebhookSignature.Sign(secret, delivery.Id, at, delivery.Body))));
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            return new WebhookAnswer((int)answer.StatusCode, ProblemOf(answer.StatusCode));
        }
        catch (HttpRequestException fault)
        {
            return new WebhookAnswer(null, ProblemOf(fault));
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            return new WebhookAnswer(null, "The receiver did not answer within 10 seconds. Take the message, answer, and work on it afterwards.");
        }
    }

    private static string ProblemOf(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => "",
        >= 300 and < 400 => $"The receiver answered {(int)status}: redirects are not followed. Give the address that it leads to.",
        401 or 403 => $"The receiver answered {(int)status}. Check how it verifies the signature, and that it has the newest secret.",
        404 or 410 => $"The receiver answered {(int)status}: nothing takes messages at this address.",
        _ => $"The receiver answered {(int)status}.",
    };

    private static string ProblemOf(HttpRequestException fault) => fault switch
    {
        _ when fault.GetBaseException() is PrivateNetworkException => Refused,
        { HttpRequestError: HttpRequestError.NameResolutionError } => "The name of the receiver is not known.",
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "The receiver's certificate is not one that can be trusted.",
        _ => "The receiver could not be reached.",
    };
}
