using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Features.Define;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

internal static class RowSecurityRig
{
    /// <summary>One on PostgreSQL; elsewhere the test says that it did not run.</summary>
    public static PortalDatabase Database()
    {
        Assert.SkipUnless(TestServer.Provider is DatabaseProvider.Postgres, "Row-level security is tried on PostgreSQL.");
        return new PortalDatabase();
    }

    public static async Task<string> AddProjectAsync(PortalDatabase database, string name)
    {
        await using var db = database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_test" };
        project.Rename(name);
        db.Projects.Add(project);
        await db.SaveChangesAsync();
        return project.Id;
    }

    public static async Task RefusedAsync(NpgsqlConnection connection, string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => PlantedRows.ExecuteAsync(connection, sql));
        Assert.True(refused.SqlState is PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {refused.SqlState} {refused.MessageText}");
    }
}
