using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Portal.Persistence;

/// <summary>A context of the role that owns the tables, which carries no tenant to the database.</summary>
internal delegate PortalDbContext OwnerContext();

/// <summary>A context of that role which is told of the tenant in scope, as every other is: for what the application's own role may not do.</summary>
internal delegate PortalDbContext OwnerTenantContext();

/// <summary>At the start: this build's schema, then the border between tenants, then proof that it holds for the application's own role.</summary>
internal sealed class DatabaseMigration(
    OwnerContext owner, IDbContextFactory<PortalDbContext> dbs, IEnumerable<IRowSecurity> security, IOptions<DatabaseOptions> options,
    IHostEnvironment environment, ILogger<DatabaseMigration> logger)
{
    // SQLite has none.
    private readonly IRowSecurity? _security = security.SingleOrDefault();

    public async Task RunAsync(CancellationToken ct)
    {
        if (options.Value.MigrateAtStart)
        {
            await MigrateAsync(ct);
        }

        if (_security is not null)
        {
            await CheckAsync(_security, ct);
        }
    }

    private async Task MigrateAsync(CancellationToken ct)
    {
        await using var db = owner();
        if (_security is not null && await db.Database.CanConnectAsync(ct) && (await db.Database.GetPendingMigrationsAsync(ct)).Any())
        {
            await _security.LiftAsync(db, ct);
        }

        await db.Database.MigrateAsync(ct);
        if (_security is not null)
        {
            await _security.ApplyAsync(db, ct);
        }
    }

    private async Task CheckAsync(IRowSecurity rows, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await rows.FindFaultAsync(db, ct) is not { } fault)
        {
            return;
        }

        if (environment.IsProduction())
        {
            throw new InvalidOperationException(fault);
        }

        logger.LogWarning("{Fault} Production would not start like this.", fault);
    }
}
