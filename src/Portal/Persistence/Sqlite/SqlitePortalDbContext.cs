using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence.Sqlite;

public sealed class SqlitePortalDbContext(DbContextOptions<SqlitePortalDbContext> options, TenantScope scope, TimeProvider time)
    : PortalDbContext(options, scope, time);
