using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Admin;

/// <summary>
/// What admins of the platform see and do, each time in a service scope of its own, since their circuit may act for an organisation.
/// Who asks is looked up first: a session, or a right, that ended stops the next step.
/// </summary>
public sealed class PlatformWork(IServiceScopeFactory scopes, AuthenticationStateProvider people, CurrentMember current)
{
    /// <summary>Sees every organisation's rows and changes none.</summary>
    public async Task<T> ReadAsync<T>(Func<IServiceProvider, PortalDbContext, Task<T>> read, CancellationToken ct)
    {
        await using var own = scopes.CreateAsyncScope();
        var scope = own.ServiceProvider.GetRequiredService<TenantScope>();
        await RequireAdminAsync(own.ServiceProvider, ct);
        scope.EnterPlatform();
        await using var db = await own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        return await read(own.ServiceProvider, db);
    }

    /// <summary>In the scope of one organisation, or of the platform's own log; entries name the admin.</summary>
    public async Task<T> ActAsync<T>(string tenantId, Func<IServiceProvider, Task<T>> act, CancellationToken ct)
    {
        await using var own = scopes.CreateAsyncScope();
        var scope = own.ServiceProvider.GetRequiredService<TenantScope>();
        var admin = await RequireAdminAsync(own.ServiceProvider, ct);
        scope.Enter(tenantId);
        scope.ActAs(new Actor(admin.UserId, admin.Name, tenantId is PlatformLog.Id ? "" : PlatformLog.Via, Address: current.Address));
        return await act(own.ServiceProvider);
    }

    public Task ActAsync(string tenantId, Func<IServiceProvider, Task> act, CancellationToken ct) => ActAsync<bool>(
        tenantId,
        async services =>
        {
            await act(services);
            return true;
        },
        ct);

    /// <summary>To everybody else there is nothing here.</summary>
    private async Task<ActiveSession> RequireAdminAsync(IServiceProvider services, CancellationToken ct) =>
        (await people.GetAuthenticationStateAsync()).User is var user && user.SessionId() is { } sessionId
        && await services.GetRequiredService<SessionService>().FindAdminAsync(sessionId, ct) is { } admin && admin.UserId == user.PortalUserId()
            ? admin : throw new NotFoundException();
}
