using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Architecture;

public sealed class ModelTests
{
    [Fact]
    public void EveryTable_KeepsTheRulesOfTenancyAndOfThreeDatabases()
    {
        using var db = new SqliteDesign().CreateDbContext([]);
        var entities = db.Model.GetEntityTypes().ToList();

        Assert.True(entities.Count > 5);
        Assert.Contains(entities, e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType));
        var broken = entities.SelectMany(ModelRules.Broken).ToList();
        Assert.True(broken.Count is 0, string.Join('\n', broken));
    }

    [Fact]
    public void GlobalTables_NamesNoTableThatBelongsToATenant()
    {
        using var db = new SqliteDesign().CreateDbContext([]);

        Assert.DoesNotContain(db.Model.GetEntityTypes(), e => GlobalTables.Names.Contains(e.ClrType.Name) && typeof(TenantOwned).IsAssignableFrom(e.ClrType));
    }

    [Fact]
    public void Broken_OfABadTable_NamesEveryFault()
    {
        using var db = new BadContext();
        var broken = db.Model.GetEntityTypes().SelectMany(ModelRules.Broken).ToList();

        Assert.Contains("Stray is neither ITenantOwned nor on GlobalTables", broken);
        Assert.Contains("Stray.Name has no maximum length", broken);
        Assert.Contains("Loose is unique by (Name), which does not start with TenantId", broken);
        Assert.Contains("Loose is unique by (Id), which does not start with TenantId", broken);
        Assert.Contains("Loose (Name) needs 2000 bytes; SQL Server takes 1700", broken);
        Assert.Contains("Loose points to Loose by (ParentId): it could point into another organisation", broken);
        Assert.Contains("Loose is deleted with Stray unsaid", broken);
        Assert.Contains("Loose.RunId has no foreign key by (TenantId, RunId): say BelongsTo, or put it on PlainIds with the reason", broken);
        Assert.Equal(8, broken.Count);
    }

    [Fact]
    public void PlainIds_NamesOnlyWhatIsThereAndHasNoForeignKey()
    {
        using var db = new SqliteDesign().CreateDbContext([]);
        var plain = db.Model.GetEntityTypes().SelectMany(e => e.GetProperties().Where(p => !p.IsForeignKey()).Select(p => $"{e.ClrType.Name}.{p.Name}")).ToHashSet();

        Assert.Empty(PlainIds.Reasons.Keys.Except(plain));
    }

    [Fact]
    public void TenantTables_AreAllButTheGlobalOnes()
    {
        using var db = new SqliteDesign().CreateDbContext([]);
        var tables = TenantTable.Of(db.Model).Select(t => t.Name).ToHashSet();

        Assert.All(db.Model.GetEntityTypes(), entity =>
            Assert.NotEqual(GlobalTables.Names.Contains(entity.ClrType.Name), tables.Contains(entity.GetTableName() ?? "")));
    }

    [Fact]
    public void TenantTables_OfATableWithoutTenant_Throws()
    {
        using var db = new BadContext();

        Assert.Contains("Stray has no TenantId", Assert.Throws<InvalidOperationException>(() => TenantTable.Of(db.Model)).Message);
    }

    private sealed class Stray
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";
    }

    private sealed class Loose : ITenantOwned
    {
        public string TenantId { get; init; } = "";

        public int Id { get; init; }

        public int? ParentId { get; init; }

        public int StrayId { get; init; }

        public string RunId { get; init; } = "";

        public string Name { get; init; } = "";
    }

    private sealed class BadContext : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlite("Data Source=bad.db");

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Stray>();
            modelBuilder.Entity<Loose>(loose =>
            {
                loose.Property(l => l.TenantId).HasMaxLength(40);
                loose.Property(l => l.Name).HasMaxLength(1_000);
                loose.Property(l => l.RunId).HasMaxLength(40);
                loose.HasIndex(l => l.Name).IsUnique();
                loose.HasOne<Loose>().WithMany().HasForeignKey(l => l.ParentId);
                loose.HasOne<Stray>().WithMany().HasForeignKey(l => l.StrayId).OnDelete(DeleteBehavior.Cascade);
            });
        }
    }
}
