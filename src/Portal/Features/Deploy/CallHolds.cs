using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Whose call it is that costs, and at which prices.</summary>
public sealed record CallCost(string ProjectId, string? KeyId, TokenPrices Prices);

/// <summary>What the model is asked, as it is sent: its length says what it can cost.</summary>
internal sealed class AskedCall
{
    private readonly Func<VertexGenerateContentRequest> _request;

    private AskedCall(byte[] json, int? maxOutputTokens, Func<VertexGenerateContentRequest> request) => (Json, MaxOutputTokens, _request) = (json, maxOutputTokens, request);

    public byte[] Json { get; }

    /// <summary>What no answer is longer than; null where neither recipe nor call sets a limit.</summary>
    public int? MaxOutputTokens { get; }

    public static AskedCall Of(VertexGenerateContentRequest request) => new(request.ToJson(), request.GenerationConfig?.MaxOutputTokens, () => request);

    /// <param name="behind">Whose recipe is put around it.</param>
    /// <param name="asked">By a caller.</param>
    public static AskedCall Of(Served behind, VertexGenerateContentRequest asked) => behind.Json.Around(asked) is { } json
        ? new AskedCall(json, behind.Recipe.MaxOutputTokens, () => RecipeTurns.Apply(behind.Recipe, asked))
        : Of(RecipeTurns.Apply(behind.Recipe, asked));

    /// <summary>As it was before it was put into JSON: few ask for it, so it is put together for them.</summary>
    public VertexGenerateContentRequest ToRequest() => _request();
}

/// <summary>
/// Holds the most that a call can cost at the budgets it comes under, before the model is asked. What is held ends with the call's record, in
/// one transaction; of a call whose node died, once no call lasts that long. A database that cannot say yes says no.
/// </summary>
public sealed class CallHolds(IDbContextFactory<PortalDbContext> dbs, ServedCache cache, HoldDesk desk, IOptions<DeployOptions> options, TimeProvider time)
{
    /// <summary>What no answer is longer than, where neither recipe nor call sets a limit.</summary>
    private const int LongestAnswer = 65_536;

    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    /// <summary>Null where there is no budget, and so nothing to hold.</summary>
    /// <exception cref="GatewayException">429: a budget does not allow for it. 403: the organisation's payments have failed.</exception>
    internal async ValueTask<CallHold?> HoldAsync(CallCost cost, string tenantId, AskedCall asked)
    {
        var standing = await StandingAsync(tenantId, cost.ProjectId, cost.KeyId);
        if (standing.IsUnpaid)
        {
            throw GatewayException.Unpaid();
        }

        if (!standing.HasBudget)
        {
            return null;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var terms = new CallTerms(cost.KeyId, now + options.Value.CallLimit + options.Value.LeftStreamLimit + s_grace);
        try
        {
            return await desk.HoldAsync(tenantId, cost.ProjectId, WorstOf(cost.Prices, asked), terms, standing);
        }
        catch (BudgetExceededException full)
        {
            throw GatewayException.From(full, now);
        }
    }

    private async ValueTask<CallStanding> StandingAsync(string tenantId, string projectId, string? keyId)
    {
        if (cache.FindStanding(tenantId, projectId, keyId) is { } known)
        {
            return known;
        }

        var begun = cache.Begin();
        await using var db = await dbs.CreateDbContextAsync();
        // One question for both: each budget says false, an unpaid account true.
        var told = await db.BudgetsOf(projectId, keyId).Select(_ => false).Concat(db.UnpaidAccounts.Select(_ => true)).ToListAsync();
        var standing = new CallStanding(told.Contains(true), told.Contains(false));
        cache.Keep(tenantId, projectId, keyId, standing, begun);
        return standing;
    }

    /// <summary>No token is shorter than a byte, and what stands around the texts makes up for what pictures have beside theirs.</summary>
    internal static long WorstOf(TokenPrices prices, AskedCall asked) =>
        Quote.Price(asked.Json.Length, prices.Input) + Quote.Price(asked.MaxOutputTokens ?? LongestAnswer, prices.Output);
}
