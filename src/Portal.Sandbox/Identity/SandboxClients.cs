using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.EntityFrameworkCore.Models;

namespace Portal.Sandbox.Identity;

/// <summary>
/// Lets any loopback address of a portal take part: test runs and second checkouts listen on ports nobody can list beforehand.
/// Everything else must be configured, exactly.
/// </summary>
internal sealed class SandboxClients(
    IOpenIddictApplicationCache<OpenIddictEntityFrameworkCoreApplication> cache,
    ILogger<OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<OpenIddictEntityFrameworkCoreApplication> store,
    SandboxOptions sandbox)
    : OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>(cache, logger, options, store)
{
    public override async ValueTask<bool> ValidateRedirectUriAsync(
        OpenIddictEntityFrameworkCoreApplication application, string uri, CancellationToken cancellationToken = default) =>
        IsLoopback(uri, "/signin-oidc") || await base.ValidateRedirectUriAsync(application, uri, cancellationToken);

    public override async ValueTask<bool> ValidatePostLogoutRedirectUriAsync(
        OpenIddictEntityFrameworkCoreApplication application, string uri, CancellationToken cancellationToken = default) =>
        IsLoopback(uri, "/signout-callback-oidc") || await base.ValidatePostLogoutRedirectUriAsync(application, uri, cancellationToken);

    public override async IAsyncEnumerable<OpenIddictEntityFrameworkCoreApplication> FindByPostLogoutRedirectUriAsync(
        string uri, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (IsLoopback(uri, "/signout-callback-oidc") && await FindByClientIdAsync(sandbox.ClientId, cancellationToken) is { } own)
        {
            yield return own;
            yield break;
        }

        await foreach (var application in base.FindByPostLogoutRedirectUriAsync(uri, cancellationToken))
        {
            yield return application;
        }
    }

    private static bool IsLoopback(string text, string ending) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https" && uri.IsLoopback && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
        && uri.AbsolutePath.EndsWith(ending, StringComparison.Ordinal);
}
