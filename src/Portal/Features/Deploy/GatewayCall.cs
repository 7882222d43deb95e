using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Lets a call in: its key, then its pace, then the model it names. One instance a request.</summary>
public sealed class GatewayCall(
    ApiKeyService keys, CallLimits limits, TenantScope scope, ServingService serving, IDbContextFactory<PortalDbContext> dbs, IOptions<DeployOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_usedEvery = TimeSpan.FromMinutes(1);

    private KeyHolder? _holder;
    private IDisposable? _place;

    /// <summary>The most bytes a body may have.</summary>
    public int MaxBodyBytes => options.Value.MaxBodyBytes;

    public Caller Caller => new(_holder?.DeploymentId is null ? UsageSource.Endpoint : UsageSource.Playground, _holder?.KeyId);

    /// <exception cref="GatewayException">401, 403 or 429.</exception>
    public async Task EnterAsync(string? secret, CancellationToken ct)
    {
        _holder = (secret is null ? null : await keys.EnterAsync(secret, ct)) ?? throw GatewayException.NoKey();
        if (_holder.IsSuspended)
        {
            throw GatewayException.Suspended();
        }

        if (limits.Take(scope.TenantId, _holder.KeyId) is { } wait)
        {
            throw GatewayException.TooFast(wait);
        }

        _place = await limits.EnterAsync(scope.TenantId, ct);
        await NoteUseAsync(_holder, ct);
    }

    /// <summary>The same for a request, whose answer tells what is left, a refusal too.</summary>
    public async Task EnterAsync(HttpContext http)
    {
        try
        {
            await EnterAsync(GatewayApi.KeyOf(http.Request), http.RequestAborted);
        }
        finally
        {
            if (_holder is { IsSuspended: false })
            {
                Tell(limits.Read(scope.TenantId, _holder.KeyId), http.Response.Headers);
            }
        }
    }

    /// <summary>With the request's end the place is the next one's.</summary>
    public void Dispose() => _place?.Dispose();

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
        static string Seconds(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, wait.TotalSeconds):0.###}s");
    }

    /// <exception cref="GatewayException">404.</exception>
    public Task<Served> FindAsync(string name, CancellationToken ct) =>
        serving.FindAsync(_holder ?? throw new InvalidOperationException("Nobody has shown a key yet."), name, ct);

    /// <summary>The model that the key opens; null while nothing is deployed there.</summary>
    public Task<Served?> FindOnlyAsync(CancellationToken ct) =>
        serving.FindOnlyAsync(_holder ?? throw new InvalidOperationException("Nobody has shown a key yet."), ct);

    // Once a minute at most: a busy key must not queue for its own row.
    private async Task NoteUseAsync(KeyHolder holder, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (holder.LastUsedAt is null || now - holder.LastUsedAt >= s_usedEvery)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            await db.ApiKeys.Where(k => k.Id == holder.KeyId).ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), ct);
        }
    }
}
