using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class MigrationRunTests
{
    [Fact]
    public async Task Migrate_EmptyDatabase_MakesEveryTableAndCanRunAgain()
    {
        using var database = new PortalDatabase();
        await using var db = database.CreateOwnerContext();
        await db.Database.EnsureDeletedAsync();

        await db.Database.MigrateAsync();
        await db.Database.MigrateAsync();

        var history = await db.GetService<IHistoryRepository>().GetAppliedMigrationsAsync();
        Assert.Equal(db.Database.GetMigrations().Count(), history.Count);
        Assert.NotEmpty(history);
        Assert.False(await db.DataProtectionKeys.AnyAsync());
    }
}
