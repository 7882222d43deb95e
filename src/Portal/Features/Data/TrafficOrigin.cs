using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>The call that a row comes from.</summary>
public sealed record TrafficOrigin(string ResponseId, string DeploymentName, string ModelName, DateTime CalledAt, string SettledByName)
{
    public string Words => $"From the call {ResponseId} to {DeploymentName} ({ModelName}) on {CalledAt:yyyy-MM-dd}{(SettledByName is "" ? "" : $", settled by {SettledByName}")}";

    internal static async Task<TrafficOrigin?> FindAsync(PortalDbContext db, string importId, int number, CancellationToken ct) =>
        await db.TrafficDrafts.AsNoTracking().Where(d => d.ImportId == importId && d.RowNumber == number)
            .Select(d => new TrafficOrigin(d.ResponseId, d.DeploymentName, d.ModelName, d.CalledAt, d.SettledByName)).FirstOrDefaultAsync(ct);
}
