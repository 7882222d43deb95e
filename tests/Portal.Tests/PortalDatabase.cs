using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Tests;

/// <summary>A real database of its own and a made-up organisation. <see cref="For"/> sees the same rows as somebody else.</summary>
public sealed class PortalDatabase : IDbContextFactory<PortalDbContext>, IDisposable
{
    private readonly TestServer _server;
    private readonly TimeProvider _time;
    private readonly bool _isOwner;

    public PortalDatabase(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _isOwner = true;
        Folder = Directory.CreateTempSubdirectory("portal-test-").FullName;
        _server = TestServer.Create(Folder);
        Scope.Enter("org_test");
    }

    private PortalDatabase(PortalDatabase other, string? tenantId)
    {
        (_server, _time, Folder) = (other._server, other._time, other.Folder);
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

    /// <summary>A folder, gone with the database: files that a test needs may stand there too.</summary>
    public string Folder { get; }

    /// <summary>The same rows through the eyes of another organisation; null is the platform's scope.</summary>
    public PortalDatabase For(string? tenantId) => new(this, tenantId);

    public PortalDbContext CreateDbContext() => CreateDbContextFor(Scope);

    /// <summary>For a scope of the caller's own, watched by its interceptors.</summary>
    public PortalDbContext CreateDbContextFor(TenantScope scope, params IInterceptor[] interceptors) => _server.CreateContext(scope, _time, interceptors);

    /// <summary>The two connections the portal would be given for this database.</summary>
    public DatabaseOptions Options => _server.Options;

    /// <summary>The owner's, who is bound by no row-level security; for the scope given its queries are still filtered.</summary>
    public PortalDbContext CreateOwnerContext(TenantScope? scope = null) => _server.CreateOwnerContext(scope ?? new TenantScope(), _time);

    /// <summary>Makes somebody a member under a given id, or gives a member another role; null takes them out.</summary>
    public async Task SetMemberAsync(string tenantId, string userId, MemberRole? role, string name = "Olivia")
    {
        await using var db = CreateDbContextFor(new TenantScope());
        await SetMemberAsync(db, tenantId, userId, role, name);
    }

    internal static async Task SetMemberAsync(PortalDbContext db, string tenantId, string userId, MemberRole? role, string name = "Olivia")
    {
        if (!await db.Tenants.AnyAsync(t => t.Id == tenantId))
        {
            var tenant = new Tenant { Slug = tenantId.Replace('_', '-'), Name = tenantId };
            db.Entry(tenant).Property(t => t.Id).CurrentValue = tenantId;
            db.Tenants.Add(tenant);
        }

        if (!await db.Users.AnyAsync(u => u.Id == userId))
        {
            var user = new User { Issuer = "https://id.example", Subject = userId };
            user.Expect(name, $"{userId}@example.com");
            db.Entry(user).Property(u => u.Id).CurrentValue = userId;
            db.Users.Add(user);
        }

        await db.Members.Where(m => m.TenantId == tenantId && m.UserId == userId).ExecuteDeleteAsync();
        if (role is { } given)
        {
            db.Members.Add(new Member { TenantId = tenantId, UserId = userId, Role = given });
        }

        await db.SaveChangesAsync();
    }

    public void Dispose()
    {
        if (_isOwner)
        {
            _server.Drop();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
