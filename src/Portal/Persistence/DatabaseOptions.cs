using System.ComponentModel.DataAnnotations;

namespace Portal.Persistence;

public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
    Postgres,
}

public sealed class DatabaseOptions
{
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>SQLite's default is one file in the data folder; the servers need a connection string.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The role that owns the tables, for migrations alone; <see cref="ConnectionString"/> is then a role of the application's own, which
    /// the database holds to one organisation's rows and which the owner makes where it may. Empty: one role does both.
    /// </summary>
    public string OwnerConnectionString { get; set; } = "";

    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; set; } = 30;

    public bool MigrateAtStart { get; set; } = true;
}
