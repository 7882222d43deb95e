using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Sandbox.Identity;

/// <summary>Makes the store and the one client before the server listens.</summary>
internal sealed class IdentitySetup(IServiceProvider services, SandboxOptions options, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IdentityStore>().Database.EnsureCreatedAsync(cancellationToken);
        await RegisterClientAsync(scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>(), cancellationToken);

        // Codes and tokens that ended long ago would only make the file grow.
        var threshold = time.GetUtcNow() - TimeSpan.FromDays(1);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(threshold, cancellationToken);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(threshold, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RegisterClientAsync(IOpenIddictApplicationManager clients, CancellationToken cancellationToken)
    {
        var client = new OpenIddictApplicationDescriptor
        {
            ClientId = options.ClientId,
            ClientSecret = options.ClientSecret,
            ClientType = ClientTypes.Confidential,
            ConsentType = ConsentTypes.Implicit,
            DisplayName = "Portal",
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code,
                Permissions.Scopes.Profile, Permissions.Scopes.Email,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        client.RedirectUris.UnionWith(options.RedirectUris.Select(uri => new Uri(uri)));
        client.PostLogoutRedirectUris.UnionWith(options.PostLogoutRedirectUris.Select(uri => new Uri(uri)));

        if (await clients.FindByClientIdAsync(options.ClientId, cancellationToken) is { } existing)
        {
            await clients.UpdateAsync(existing, client, cancellationToken);
        }
        else
        {
            await clients.CreateAsync(client, cancellationToken);
        }
    }
}
