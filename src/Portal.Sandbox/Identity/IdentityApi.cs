using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Sandbox.Identity;

/// <summary>A small OpenID Connect authority for development: it knows a few people and asks every time who you are.</summary>
internal static class IdentityApi
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void AddIdentity(this IServiceCollection services, string folder)
    {
        var keys = IdentityKeys.LoadOrCreate(folder);
        services.AddDbContext<IdentityStore>(db => db
            .UseSqlite($"Data Source={Path.Combine(folder, "store.db")};Pooling=False")
            .UseOpenIddict());
        services.AddOpenIddict()
            .AddCore(core => core
                .ReplaceApplicationManager<OpenIddictEntityFrameworkCoreApplication, SandboxClients>()
                .UseEntityFrameworkCore().UseDbContext<IdentityStore>())
            .AddServer(server =>
            {
                server
                    .SetAuthorizationEndpointUris("connect/authorize")
                    .SetTokenEndpointUris("connect/token")
                    .SetUserInfoEndpointUris("connect/userinfo")
                    .SetEndSessionEndpointUris("connect/logout")
                    .AllowAuthorizationCodeFlow()
                    .RequireProofKeyForCodeExchange()
                    .RegisterScopes(Scopes.Profile, Scopes.Email)
                    .RegisterClaims(Claims.Name, Claims.Email, Claims.EmailVerified)
                    .AddSigningKey(keys.Signing)
                    .AddEncryptionKey(keys.Encryption)
                    .Configure(settings => settings.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
                server.UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableUserInfoEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough()
                    .DisableTransportSecurityRequirement();
            });
        services.AddAuthentication();
        // Nothing here is protected with these keys, but the stack makes them; without a place they would land in the user's home.
        services.AddDataProtection().PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(folder, "protection")));
        services.AddHostedService<IdentitySetup>();
    }

    public static void MapIdentity(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/connect/authorize", ["GET", "POST"], Authorize);
        app.MapMethods("/connect/userinfo", ["GET", "POST"], (Delegate)UserInfoAsync);
        app.MapMethods("/connect/logout", ["GET", "POST"], SignOut);
    }

    private static IResult Authorize(HttpContext http, SandboxOptions options)
    {
        var request = http.GetOpenIddictServerRequest()!; // The pass-through only comes here with a validated request.
        if (request.HasPromptValue(PromptValues.None))
        {
            return Refuse(Errors.LoginRequired, "Nobody is signed in: this authority keeps no session.");
        }

        // Only the button of the page itself picks somebody; an address cannot sign a person in.
        var picked = HttpMethods.IsPost(http.Request.Method) ? (string?)request[SignInPage.PersonField] : null;
        if (picked is null)
        {
            return SignInPage.Render(options.EveryPerson, request);
        }

        var person = options.EveryPerson.FirstOrDefault(p => p.Subject == picked);
        return person is null
            ? Refuse(Errors.AccessDenied, "This sandbox does not know that person.")
            : Results.SignIn(Principal(person, request), authenticationScheme: Scheme);
    }

    private static ClaimsPrincipal Principal(SandboxPerson person, OpenIddictRequest request)
    {
        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, person.Subject);
        identity.SetClaim(Claims.Name, person.Name);
        identity.SetClaim(Claims.Email, person.Email);
        identity.SetClaim(Claims.EmailVerified, true);
        identity.SetScopes(request.GetScopes());
        identity.SetDestinations(claim => claim.Type switch
        {
            Claims.Name when identity.HasScope(Scopes.Profile) => [Destinations.AccessToken, Destinations.IdentityToken],
            Claims.Email or Claims.EmailVerified when identity.HasScope(Scopes.Email) => [Destinations.AccessToken, Destinations.IdentityToken],
            Claims.Subject => [Destinations.AccessToken, Destinations.IdentityToken],
            _ => [],
        });
        return new(identity);
    }

    private static async Task<IResult> UserInfoAsync(HttpContext http)
    {
        var principal = (await http.AuthenticateAsync(Scheme)).Principal!; // OpenIddict refused a bad token before this.
        var claims = new Dictionary<string, object> { [Claims.Subject] = principal.GetClaim(Claims.Subject)! };
        if (principal.GetClaim(Claims.Name) is { } name)
        {
            claims[Claims.Name] = name;
        }

        if (principal.GetClaim(Claims.Email) is { } email)
        {
            claims[Claims.Email] = email;
            claims[Claims.EmailVerified] = true;
        }

        return Results.Json(claims);
    }

    private static IResult SignOut(HttpContext http) =>
        Results.SignOut(new AuthenticationProperties { RedirectUri = "/" }, [Scheme]);

    private static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [Scheme]);
}
