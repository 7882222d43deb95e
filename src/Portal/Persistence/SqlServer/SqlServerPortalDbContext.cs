using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence.SqlServer;

public sealed class SqlServerPortalDbContext(DbContextOptions<SqlServerPortalDbContext> options, TenantScope scope, TimeProvider time)
    : PortalDbContext(options, scope, time)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        foreach (var text in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Where(p => p.FindAnnotation(Mapping.ExactAnnotation) is not null))
        {
            text.SetCollation("Latin1_General_100_BIN2");
        }
    }
}
