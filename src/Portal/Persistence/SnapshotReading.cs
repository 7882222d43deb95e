using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Persistence.Postgres;
using Portal.Persistence.Sqlite;

namespace Portal.Persistence;

public static class SnapshotReading
{
    /// <summary>
    /// Whatever is read until the transaction ends is as it stood at its first query, and nobody who writes waits for it. SQL Server gives
    /// that only to databases set up for it; there each table is as it stands when it is read.
    /// </summary>
    public static Task<IDbContextTransaction> BeginSnapshotAsync(this PortalDbContext db, CancellationToken ct) => db.Database.BeginTransactionAsync(db switch
    {
        // SQLite's name for a transaction that takes no lock for writing.
        SqlitePortalDbContext => IsolationLevel.ReadUncommitted,
        PostgresPortalDbContext => IsolationLevel.RepeatableRead,
        _ => IsolationLevel.ReadCommitted,
    }, ct);
}
