using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Portal.Features.Tenancy;

/// <summary>
/// Sends the client's secret the way the provider's metadata say: as Basic authentication, which is also what counts where they say
/// nothing, or in the form. Where both are offered a client may be registered for one alone, so what was refused is tried the other way once.
/// </summary>
internal sealed class ClientAuthentication(HttpMessageHandler network) : DelegatingHandler(network)
{
    private const string Basic = "client_secret_basic";
    private const string InForm = "client_secret_post";

    private volatile string? _accepted;

    public IConfigurationManager<OpenIdConnectConfiguration>? Metadata { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request is not { Content: FormUrlEncodedContent content } || request.Method != HttpMethod.Post || Metadata is null)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var form = QueryHelpers.ParseQuery(await content.ReadAsStringAsync(cancellationToken)).SelectMany(f => f.Value, (f, value) => KeyValuePair.Create(f.Key, value ?? "")).ToList();
        if (form.All(f => f.Key is not "client_secret"))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var supported = (await Metadata.GetConfigurationAsync(cancellationToken)).TokenEndpointAuthMethodsSupported;
        string[] ways = supported.Count is 0 ? [Basic, InForm] : [.. new[] { Basic, InForm }.Where(supported.Contains)];
        ways = ways is [] ? [Basic] : _accepted is { } known && ways.Contains(known) ? [known] : ways;
        HttpResponseMessage? answer = null;
        foreach (var way in ways)
        {
            answer?.Dispose();
            answer = await base.SendAsync(With(way, request, form), cancellationToken);
            if (!await IsClientRefusedAsync(answer, cancellationToken))
            {
                _accepted = way;
                break;
            }
        }

        return answer!; // there is at least one way
    }

    private static HttpRequestMessage With(string way, HttpRequestMessage request, List<KeyValuePair<string, string>> form)
    {
        var isBasic = way is Basic;
        request.Content = new FormUrlEncodedContent(isBasic ? form.Where(f => f.Key is not "client_secret") : form);
        request.Headers.Authorization = isBasic ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Of("client_id")}:{Of("client_secret")}"))) : null;
        return request;

        // RFC 6749, section 2.3.1: each is form-encoded first, or a colon in one would end it.
        string Of(string name) => WebUtility.UrlEncode(form.First(f => f.Key == name).Value);
    }

    private static async Task<bool> IsClientRefusedAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest))
        {
            return false;
        }

        await answer.Content.LoadIntoBufferAsync(64 * 1024, ct);
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("error", out var error) && error.ValueEquals("invalid_client");
        }
        catch (JsonException)
        {
            return answer.StatusCode is HttpStatusCode.Unauthorized;
        }
    }
}
