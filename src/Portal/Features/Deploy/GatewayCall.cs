using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Tenancy;

namespace Portal.Features.Deploy;

/// <summary>Lets a call in: its key, then its pace, then the model it names. One instance a request.</summary>
public sealed class GatewayCall(KeyGate gate, CallLimits limits, ServingService serving, IOptions<DeployOptions> options) : IDisposable
{
    public const string SessionHeader = "X-Session-Id";

    private KeyHolder? _holder;
    private IDisposable? _place;

    /// <summary>Whose conversation it is, in the caller's own words: it is answered by one deployment as long as that answers anybody.</summary>
    public string? Session { get; set; }

    /// <summary>The most bytes a body may have.</summary>
    public int MaxBodyBytes => options.Value.MaxBodyBytes;

    /// <summary>Whether the key may have answers of this endpoint of this project.</summary>
    public bool Opens(string endpointId, string projectId) => _holder is { } holder && holder.May(KeyVerb.Generate) && holder.Opens(endpointId, projectId);

    public Caller Caller => new(_holder?.DeploymentId is null ? UsageSource.Endpoint : UsageSource.Playground, _holder?.KeyId);

    private KeyHolder Holder => _holder ?? throw new InvalidOperationException("Nobody has shown a key yet.");

    /// <exception cref="GatewayException">401, 403 or 429.</exception>
    public async Task EnterAsync(string? secret, IPAddress? address, CancellationToken ct)
    {
        try
        {
            _holder = await gate.EnterAsync(secret, address, ct);
        }
        catch (KeyRefusedException refused)
        {
            throw GatewayException.From(refused);
        }

        if (limits.Take(_holder) is { } wait)
        {
            throw GatewayException.TooFast(wait);
        }

        _place = await limits.EnterAsync(_holder.TenantId, ct);
    }

    /// <summary>The same for a request, whose answer tells what is left, a refusal too.</summary>
    public async Task EnterAsync(HttpContext http)
    {
        Session = http.Request.Headers[SessionHeader] is [{ Length: > 0 } only] ? only : null;
        try
        {
            await EnterAsync(GatewayApi.KeyOf(http.Request), http.Connection.RemoteIpAddress, http.RequestAborted);
        }
        finally
        {
            if (_holder is not null)
            {
                Tell(limits.Read(_holder), http.Response.Headers);
            }
        }
    }

    /// <summary>With the request's end the place is the next one's.</summary>
    public void Dispose() => _place?.Dispose();

    /// <exception cref="GatewayException">403 or 404, or 503 while the endpoint is paused.</exception>
    public async Task<Served> FindAsync(string name, KeyVerb verb, CancellationToken ct)
    {
        Require(verb);
        var served = await serving.FindAsync(Holder, name, Session, ct);
        // What is paused is still there to be seen; and it is tested like anything else before it answers callers again.
        return served.Endpoint.PausedAt is not null && verb is not KeyVerb.ListModels && Holder.DeploymentId is null
            ? throw GatewayException.Paused(served.Endpoint.PauseMessage)
            : served;
    }

    /// <summary>The models that the key opens.</summary>
    public Task<IReadOnlyList<Offered>> ListAsync(CancellationToken ct)
    {
        Require(KeyVerb.ListModels);
        return serving.ListAsync(Holder, ct);
    }

    // By the names that OpenAI gave them; Gemini's own surface has none, and its clients pass over them.
    private static void Tell(LimitState state, IHeaderDictionary headers)
    {
        headers["x-ratelimit-limit-requests"] = Number(state.Calls);
        headers["x-ratelimit-remaining-requests"] = Number(state.CallsLeft);
        headers["x-ratelimit-reset-requests"] = Seconds(state.CallsReset);
        headers["x-ratelimit-limit-tokens"] = Number(state.Tokens);
        headers["x-ratelimit-remaining-tokens"] = Number(state.TokensLeft);
        headers["x-ratelimit-reset-tokens"] = Seconds(state.TokensReset);

        static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

        // To the millisecond that is not before it.
        static string Seconds(TimeSpan wait) => wait <= TimeSpan.Zero ? "0s"
            : string.Create(CultureInfo.InvariantCulture, $"{(long)wait.TotalMilliseconds / 1000}.{(long)wait.TotalMilliseconds % 1000:000}s");
    }

    private void Require(KeyVerb verb)
    {
        if (!Holder.May(verb))
        {
            throw GatewayException.From(KeyRefusedException.Verb(verb));
        }
    }
}
