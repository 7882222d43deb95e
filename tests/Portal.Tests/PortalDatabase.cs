using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Portal.Persistence.Sqlite;

namespace Portal.Tests;

/// <summary>A real SQLite file and a made-up organisation. <see cref="For"/> sees the same database as somebody else.</summary>
public sealed class PortalDatabase : IDbContextFactory<PortalDbContext>, IDisposable
{
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly bool _isOwner;

    public PortalDatabase(TimeProvider? time = null)
    {
        _path = Path.Combine(Directory.CreateTempSubdirectory("portal-test-").FullName, "portal.db");
        _time = time ?? TimeProvider.System;
        _isOwner = true;
        Scope.Enter("org_test");
        using var db = CreateDbContext();
        db.Database.EnsureCreated();
    }

    private PortalDatabase(PortalDatabase other, string? tenantId)
    {
        (_path, _time) = (other._path, other._time);
        if (tenantId is null)
        {
            Scope.EnterPlatform();
        }
        else
        {
            Scope.Enter(tenantId);
        }
    }

    public TenantScope Scope { get; } = new();

    /// <summary>The folder of the database, gone with it: files that a test needs may stand there too.</summary>
    public string Folder => Path.GetDirectoryName(_path) ?? throw new InvalidOperationException(_path);

    /// <summary>The same rows through the eyes of another organisation; null is the platform's scope.</summary>
    public PortalDatabase For(string? tenantId) => new(this, tenantId);

    public PortalDbContext CreateDbContext() => new SqlitePortalDbContext(
        new DbContextOptionsBuilder<SqlitePortalDbContext>().UseSqlite($"Data Source={_path}").Options, Scope, _time);

    public void Dispose()
    {
        if (_isOwner)
        {
            using var connection = new SqliteConnection($"Data Source={_path}");
            SqliteConnection.ClearPool(connection);
            Directory.Delete(Folder, recursive: true);
        }
    }
}
