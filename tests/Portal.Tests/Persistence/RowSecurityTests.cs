using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Features.Define;
using Portal.Persistence;
using Portal.Persistence.Postgres;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>Each net alone holds every table of the model: the database's without the filters, the filters without the database's.</summary>
public sealed class RowSecurityTests : IDisposable
{
    private static readonly MethodInfo s_count = typeof(RowSecurityTests).GetMethod(nameof(CountOfAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly PortalDatabase _database = RowSecurityRig.Database();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task FiltersOff_EveryTable_ShowsItsOwnTenantsRowAlone()
    {
        await PlantedRows.PlantAsync(_database, "org_a", "org_b");
        await using var all = _database.CreateOwnerContext();
        await using var a = _database.For("org_a").CreateDbContext();
        await using var platform = _database.For(null).CreateDbContext();
        await using var nobody = _database.CreateDbContextFor(new TenantScope());
        foreach (var entity in Entities(all))
        {
            Assert.True(await CountAsync(all, entity, filtered: false) is 2, $"{entity.Name}: not planted");
            Assert.True(await CountAsync(a, entity, filtered: false) is 1, $"{entity.Name}: A sees more or less than its own");
            Assert.True(await CountAsync(platform, entity, filtered: false) is 2, $"{entity.Name}: the platform does not see all");
            Assert.True(await CountAsync(nobody, entity, filtered: false) is 0, $"{entity.Name}: nobody sees rows");
        }
    }

    [Fact]
    public async Task RowSecurityOff_EveryTable_ShowsItsOwnTenantsRowAlone()
    {
        await PlantedRows.PlantAsync(_database, "org_a", "org_b");
        await using var all = _database.CreateOwnerContext();
        await using var a = _database.CreateOwnerContext(_database.For("org_a").Scope);
        await using var c = _database.CreateOwnerContext(_database.For("org_c").Scope);
        foreach (var entity in Entities(all))
        {
            Assert.True(await CountAsync(all, entity, filtered: false) is 2, $"{entity.Name}: not planted");
            Assert.True(await CountAsync(a, entity, filtered: true) is 1, $"{entity.Name}: A sees more or less than its own");
            Assert.True(await CountAsync(c, entity, filtered: true) is 0, $"{entity.Name}: C sees what it has not");
        }
    }

    [Theory]
    [InlineData("org_a", "off")]
    [InlineData("", "off")]
    [InlineData("", "on")]
    public async Task Write_EveryTable_ReachesNoRowOfAnother(string tenant, string platform)
    {
        await PlantedRows.PlantAsync(_database, "org_a", "org_b");
        await using var db = _database.CreateOwnerContext();
        await using var connection = await PlantedRows.OpenAsync(_database.Options.ConnectionString);
        await PlantedRows.ExecuteAsync(connection, $"SELECT set_config('portal.tenant', '{tenant}', false), set_config('portal.platform', '{platform}', false)");
        var rights = TableRights.Of(db.Model).ToDictionary(r => r.Table, r => r.Refused);
        foreach (var table in TenantTable.Of(db.Model))
        {
            await RowSecurityRig.RefusedAsync(connection, PlantedRows.Insert(db.Model, table, "org_b"));
            await RowSecurityRig.RefusedAsync(connection, PlantedRows.Insert(db.Model, table, ""));
            if (rights[table.Name].Count > 0)
            {
                // Append-only: nobody's row is changed, the tenant's own neither.
                await RowSecurityRig.RefusedAsync(connection, $"UPDATE \"{table.Name}\" SET \"TenantId\" = \"TenantId\"");
                await RowSecurityRig.RefusedAsync(connection, $"DELETE FROM \"{table.Name}\"");
                continue;
            }

            var own = tenant is "" ? 0 : 1;
            Assert.Equal(own, await PlantedRows.ExecuteAsync(connection, $"UPDATE \"{table.Name}\" SET \"TenantId\" = \"TenantId\""));
            Assert.Equal(0, await PlantedRows.ExecuteAsync(connection, $"UPDATE \"{table.Name}\" SET \"TenantId\" = \"TenantId\" WHERE \"TenantId\" = 'org_b'"));
            Assert.Equal(0, await PlantedRows.ExecuteAsync(connection, $"DELETE FROM \"{table.Name}\" WHERE \"TenantId\" = 'org_b'"));
            if (own is 1)
            {
                await RowSecurityRig.RefusedAsync(connection, $"UPDATE \"{table.Name}\" SET \"TenantId\" = 'org_b'");
            }
        }
    }

    [Fact]
    public async Task Reference_ToAnothersRow_FailsAsToOneThatNeverWas()
    {
        var foreign = await RowSecurityRig.AddProjectAsync(_database.For("org_b"), "B's");
        var own = await RowSecurityRig.AddProjectAsync(_database.For("org_a"), "A's");

        var ofB = await ReferAsync(foreign);
        var ofNobody = await ReferAsync("prj_never_was");
        Assert.NotNull(ofB);
        Assert.Equal((PostgresErrorCodes.ForeignKeyViolation, ofNobody?.ConstraintName, ofNobody?.MessageText), (ofB.SqlState, ofB.ConstraintName, ofB.MessageText));
        Assert.Null(await ReferAsync(own));
    }

    private async Task<PostgresException?> ReferAsync(string projectId)
    {
        await using var db = _database.For("org_a").CreateDbContext();
        db.TaskDefinitions.Add(new TaskDefinition { ProjectId = projectId });
        try
        {
            await db.SaveChangesAsync();
            return null;
        }
        catch (DbUpdateException refused)
        {
            return refused.InnerException as PostgresException;
        }
    }

    private static List<Type> Entities(PortalDbContext db)
    {
        var entities = db.Model.GetEntityTypes().Select(e => e.ClrType).Where(typeof(ITenantOwned).IsAssignableFrom).ToList();
        Assert.True(entities.Count > 10);
        return entities;
    }

    private static Task<int> CountAsync(PortalDbContext db, Type entity, bool filtered) => (Task<int>)s_count.MakeGenericMethod(entity).Invoke(null, [db, filtered])!;

#pragma warning disable RS0030 // The first net is taken away, to see the second hold.
    private static Task<int> CountOfAsync<T>(PortalDbContext db, bool filtered) where T : class =>
        filtered ? db.Set<T>().CountAsync() : db.Set<T>().IgnoreQueryFilters().CountAsync();
#pragma warning restore RS0030
}
