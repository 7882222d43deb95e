using Microsoft.EntityFrameworkCore;
using Portal.Persistence.Sqlite;

namespace Portal.Persistence;

/// <summary>
/// Removed rows stay readable in a SQLite file's free pages and in its log until something else is written over them. The servers
/// keep that to themselves, and clean up in time.
/// </summary>
internal sealed class Residue(IDbContextFactory<PortalDbContext> dbs)
{
    /// <summary>False where somebody is reading just now, so that the log could not be emptied: try again in a moment.</summary>
    public async Task<bool> ClearAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (db is not SqlitePortalDbContext)
        {
            return true;
        }

        await db.Database.OpenConnectionAsync(ct);
        try
        {
#pragma warning disable RS0030 // No row is named: the file is written anew, and its log emptied.
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning restore RS0030
            command.CommandText = "VACUUM";
            await command.ExecuteNonQueryAsync(ct);
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await using var answer = await command.ExecuteReaderAsync(ct);
            return !await answer.ReadAsync(ct) || answer.GetInt64(0) is 0;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
