using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence.Postgres;

public sealed class PostgresPortalDbContext(DbContextOptions<PostgresPortalDbContext> options, TenantScope scope, TimeProvider time)
    : PortalDbContext(options, scope, time);
