using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>Of two that wait for each other's rows the server ends one, and whoever catches a conflict catches that.</summary>
public sealed class DeadlockTests
{
    [Fact]
    public async Task Save_ThatADeadlockEnds_IsRefusedAsAnyConflictIs()
    {
        Assert.SkipUnless(TestServer.Provider is DatabaseProvider.Postgres, "Two write at once on PostgreSQL.");
        using var database = new PortalDatabase();
        var project = await RowSecurityRig.AddProjectAsync(database, "One");
        await using var one = database.CreateDbContext();
        await using var two = database.CreateDbContext();
        await using var ofOne = await one.Database.BeginTransactionAsync();
        await using var ofTwo = await two.Database.BeginTransactionAsync();
        await FreezeAsync(one, project, 1);
        await FreezeAsync(two, project, 2);

        var (second, first) = (FreezeAsync(one, project, 2), FreezeAsync(two, project, 1));
        var ended = await Task.WhenAny(second, first);

        await Assert.ThrowsAsync<DbUpdateException>(() => ended);
        await (ended == second ? ofOne : ofTwo).RollbackAsync();
        await (ended == second ? first : second);
    }

    private static async Task FreezeAsync(PortalDbContext db, string project, int number)
    {
        db.DatasetVersions.Add(new DatasetVersion { ProjectId = project, Number = number, StartedAt = db.Now });
        await db.SaveChangesAsync();
    }
}
