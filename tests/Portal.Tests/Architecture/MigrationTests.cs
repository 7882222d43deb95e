using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Architecture;

public sealed class MigrationTests
{
    public static TheoryData<string> Providers => ["Sqlite", "SqlServer", "Postgres"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void Migrations_LeadToTheModelOfThisBuild(string provider)
    {
        using PortalDbContext db = provider switch
        {
            "Sqlite" => new SqliteDesign().CreateDbContext([]),
            "SqlServer" => new SqlServerDesign().CreateDbContext([]),
            _ => new PostgresDesign().CreateDbContext([]),
        };

        Assert.NotEmpty(db.Database.GetMigrations());
        Assert.False(db.Database.HasPendingModelChanges(), $"The model has changed since the last migration: ./dev.sh migrate NAME ({provider}).");
    }

    [Fact]
    public void HasPendingModelChanges_OfAModelWithoutItsMigration_Tells()
    {
        using var db = new Unmigrated();

        Assert.True(db.Database.HasPendingModelChanges());
    }

    private sealed class Note
    {
        public int Id { get; init; }
    }

    private sealed class Unmigrated : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlite("Data Source=unmigrated.db");

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>();
    }
}
