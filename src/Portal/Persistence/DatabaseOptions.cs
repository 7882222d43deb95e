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

    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; set; } = 30;

    public bool MigrateAtStart { get; set; } = true;
}
