using Microsoft.Data.Sqlite;
using Portal.Sandbox.State;

namespace Portal.Sandbox.Stripe;

/// <summary>All that the practice Stripe knows, in one file. Each call is one transaction: a kill leaves all of it or nothing.</summary>
internal sealed class StripeDatabase : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        CREATE TABLE IF NOT EXISTS object (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, json TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
        CREATE INDEX IF NOT EXISTS object_customer ON object (kind, json_extract(json, '$.customer'));
        CREATE INDEX IF NOT EXISTS object_status ON object (kind, json_extract(json, '$.status'));
        CREATE TABLE IF NOT EXISTS usage (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_name TEXT NOT NULL, customer TEXT NOT NULL, identifier TEXT NOT NULL,
            value TEXT, timestamp INTEGER NOT NULL, created INTEGER NOT NULL, state TEXT NOT NULL, code TEXT);
        CREATE INDEX IF NOT EXISTS usage_identifier ON usage (identifier, created);
        CREATE INDEX IF NOT EXISTS usage_customer ON usage (event_name, customer, timestamp);
        CREATE INDEX IF NOT EXISTS usage_state ON usage (state);
        CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS delivery (seq INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL, event TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL,
            state TEXT NOT NULL, status INTEGER);
        CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
        """;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;

    public StripeDatabase(string folder, TimeProvider time)
    {
        _time = time;
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "stripe.db");
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using var command = _connection.CreateCommand();
        command.CommandText = Schema;
        command.ExecuteNonQuery();
    }

    /// <summary>Rung when something was written, which may have left work: a webhook, usage to count.</summary>
    public Bell Bell { get; } = new();

    public T Run<T>(Func<StripeSession, T> work)
    {
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            var session = new StripeSession(_connection, transaction, _time.GetUtcNow().ToUnixTimeSeconds());
            var result = work(session);
            transaction.Commit();
            if (session.HasChanged)
            {
                Bell.Ring();
            }

            return result;
        }
    }

    public void Run(Action<StripeSession> work) => Run(session =>
    {
        work(session);
        return true;
    });

    public void Dispose() => _connection.Dispose();
}
