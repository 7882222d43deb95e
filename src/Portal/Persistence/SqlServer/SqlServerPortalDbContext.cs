using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence.SqlServer;

public sealed class SqlServerPortalDbContext(DbContextOptions<SqlServerPortalDbContext> options, TenantScope scope, TimeProvider time)
    : PortalDbContext(options, scope, time);
