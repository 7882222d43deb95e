using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// Holds the most that a call can cost at the budgets it comes under, before the model is asked. What is held ends with the call's record, in
/// one transaction; of a call whose node died, once no call lasts that long. A database that cannot say yes says no.
/// </summary>
public sealed class CallHolds(IDbContextFactory<PortalDbContext> dbs, BillingService billing, HoldTurns turns, IOptions<DeployOptions> options, TimeProvider time)
{
    /// <summary>What no answer is longer than, where neither recipe nor call sets a limit.</summary>
    private const int LongestAnswer = 65_536;

    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    /// <summary>False where there is no budget, and so nothing to hold.</summary>
    /// <exception cref="GatewayException">429: a budget does not allow for it. 403: the organisation's payments have failed.</exception>
    public async Task<bool> HoldAsync(Served served, Caller caller, string responseId, VertexGenerateContentRequest asked)
    {
        var projectId = served.Endpoint.ProjectId;
        await using var db = await dbs.CreateDbContextAsync();
        // One question for both: each budget says false, an unpaid account true.
        var standing = await db.BudgetsOf(projectId, caller.KeyId).Select(_ => false).Concat(db.UnpaidAccounts.Select(_ => true)).ToListAsync();
        if (standing.Contains(true))
        {
            throw GatewayException.Unpaid();
        }

        if (standing.Count is 0)
        {
            return false;
        }

        var worst = WorstOf(served, asked);
        using var turn = await turns.TakeAsync(db.TenantId);
        billing.Reserve(db, projectId, responseId, new Quote(worst, worst), new CallTerms(caller.KeyId, time.GetUtcNow().UtcDateTime + options.Value.CallLimit + options.Value.LeftStreamLimit + s_grace));
        try
        {
            await db.SaveChangesAsync();
            return true;
        }
        catch (BudgetExceededException full)
        {
            await CountAsync(full);
            throw GatewayException.From(full, db.Now);
        }
    }

    /// <summary>No token is shorter than a byte, and what stands around the texts makes up for what pictures have beside theirs.</summary>
    private static long WorstOf(Served served, VertexGenerateContentRequest asked) =>
        Quote.Price(JsonSerializer.SerializeToUtf8Bytes(asked, VertexJson.Options).Length, served.Prices.Input) + Quote.Price(asked.GenerationConfig?.MaxOutputTokens ?? LongestAnswer, served.Prices.Output);

    private async Task CountAsync(BudgetExceededException full)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var (id, month) = (full.BudgetId, Budget.MonthOf(db.Now));
        await db.Budgets.Where(b => b.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(b => b.Refused, b => b.Month < month ? 1 : b.Refused + 1)
            .SetProperty(b => b.SpentMicros, b => b.Month < month ? 0 : b.SpentMicros)
            .SetProperty(b => b.ToldPercent, b => b.Month < month ? 0 : b.ToldPercent)
            .SetProperty(b => b.Month, b => b.Month < month ? month : b.Month));
    }
}
