using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Portal.Features.Tenancy;

public static class TenancyFeature
{
    public const string PlatformAdminPolicy = "platform-admin";

    private const string IssuerKey = "portal:issuer";

    public static void AddTenancy(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScoped<TenancyService>().AddScoped<CurrentMember>().AddScoped<MemberGate>().AddScoped<AuditService>();
        services.AddOptions<SignInOptions>().BindConfiguration("SignIn").ValidateDataAnnotations().ValidateOnStart()
            .Validate(o => !o.IsSandbox || !builder.Environment.IsProduction(),
                "SignIn:IsSandbox is set: the sandbox's development sign-in lets anybody be anybody. Configure a real OpenID Connect issuer for production.")
            .Validate(o => o.IsSandbox || !builder.Environment.IsProduction() || o.Authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase),
                "SignIn:Authority must be an https address in production.");

        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().AddOpenIdConnect();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<IOptions<SignInOptions>>((cookie, signIn) => Configure(cookie, signIn.Value));
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IOptions<SignInOptions>>((oidc, signIn) => Configure(oidc, signIn.Value));
        services.AddAuthorizationBuilder()
            .AddPolicy(PlatformAdminPolicy, policy => policy.RequireClaim(PortalClaims.PlatformAdmin, "true"));
        services.AddCascadingAuthenticationState();
    }

    public static void MapTenancy(this WebApplication app)
    {
        app.MapGet(PortalUrls.SignInStart, (string? returnUrl) => Results.Challenge(
            new AuthenticationProperties { RedirectUri = PortalUrls.LocalOr(returnUrl, "/") }, [OpenIdConnectDefaults.AuthenticationScheme]));
        app.MapPost(PortalUrls.SignOut, () => Results.SignOut(
            new AuthenticationProperties { RedirectUri = PortalUrls.SignIn },
            [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]));
    }

    /// <summary>Every address below this group names an organisation the caller must be a member of, else it is not found.</summary>
    public static RouteGroupBuilder MapOrganization(this IEndpointRouteBuilder app) =>
        app.MapGroup("/o/{org}/api").RequireAuthorization().AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var gate = http.RequestServices.GetRequiredService<MemberGate>();
            if (http.GetRouteValue("org") is not string slug || !await gate.EnterAsync(http.User, slug, http.Connection.RemoteIpAddress?.ToString() ?? "", http.RequestAborted))
            {
                return Results.Problem("This address does not exist, or you have no access to it.", statusCode: StatusCodes.Status404NotFound);
            }

            try
            {
                return await next(context);
            }
            catch (NotFoundException missing)
            {
                return Results.Problem(missing.Message, statusCode: StatusCodes.Status404NotFound);
            }
            catch (AccessChangedException changed)
            {
                return Results.Problem(changed.Message, statusCode: changed.Ended ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict);
            }
            catch (ForbiddenException forbidden)
            {
                await http.RequestServices.GetRequiredService<AuditService>().DeniedAsync(forbidden.Permission, http.Request.Path, CancellationToken.None);
                return Results.Problem(forbidden.Message, statusCode: StatusCodes.Status403Forbidden);
            }
            catch (PortalException expected)
            {
                return Results.Problem(expected.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
            }
        });

    private static void Configure(CookieAuthenticationOptions cookie, SignInOptions signIn)
    {
        cookie.Cookie.Name = "portal";
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.ExpireTimeSpan = signIn.SessionLength;
        cookie.SlidingExpiration = true;
        cookie.LoginPath = PortalUrls.SignIn;
        cookie.ReturnUrlParameter = "returnUrl";
        // A script wants the status, not a sign-in page it cannot show.
        cookie.Events.OnRedirectToLogin = AskToSignIn;
        // What one may not see does not exist, for a script and for a browser alike.
        cookie.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };
    }

    private static Task AskToSignIn(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.Headers["Sec-Fetch-Mode"] is [not null and not "navigate"] || context.Request.Path.Value?.Contains("/api/", StringComparison.Ordinal) is true)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }

    private static void Configure(OpenIdConnectOptions oidc, SignInOptions signIn)
    {
        oidc.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        oidc.Authority = signIn.Authority;
        oidc.ClientId = signIn.ClientId;
        oidc.ClientSecret = signIn.ClientSecret;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.UsePkce = true;
        oidc.MapInboundClaims = false;
        oidc.TokenValidationParameters.NameClaimType = "name";
        oidc.GetClaimsFromUserInfoEndpoint = true;
        oidc.Scope.Clear();
        oidc.Scope.Add("openid");
        oidc.Scope.Add("profile");
        oidc.Scope.Add("email");
        // The id token alone is kept, as a hint for signing out; the rest would split the cookie.
        oidc.SaveTokens = false;
        if (signIn.Authority.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            // Plain http, so development on this machine: the default cookies would be Secure and be lost.
            oidc.RequireHttpsMetadata = false;
            oidc.ResponseMode = OpenIdConnectResponseMode.Query;
            oidc.CorrelationCookie.SameSite = oidc.NonceCookie.SameSite = SameSiteMode.Lax;
            oidc.CorrelationCookie.SecurePolicy = oidc.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        oidc.Events.OnTicketReceived = KnowThePersonAsync;
        oidc.Events.OnTokenValidated = context =>
        {
            context.Properties?.StoreTokens([new AuthenticationToken { Name = "id_token", Value = context.TokenEndpointResponse?.IdToken ?? "" }]);
            // Kept aside: merging in the userinfo answer drops the "iss" claim.
            context.HttpContext.Items[IssuerKey] = context.SecurityToken.Issuer;
            return Task.CompletedTask;
        };
        oidc.Events.OnRemoteFailure = context =>
        {
            context.HttpContext.RequestServices.GetRequiredService<ILogger<TenancyService>>()
                .LogWarning(context.Failure, "Sign-in failed");
            context.Response.Redirect(PortalUrls.SignIn + "?failed=true");
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    private static async Task KnowThePersonAsync(TicketReceivedContext context)
    {
        if (context.Principal?.Identity is not ClaimsIdentity identity
            || identity.FindFirst("sub")?.Value is not { Length: > 0 } subject
            || context.HttpContext.Items[IssuerKey] is not string { Length: > 0 } issuer)
        {
            context.Fail("The provider named no subject.");
            return;
        }

        var tenancy = context.HttpContext.RequestServices.GetRequiredService<TenancyService>();
        var email = identity.FindFirst("email")?.Value ?? "";
        var name = identity.FindFirst("name")?.Value ?? (email is "" ? subject : email);
        var user = await tenancy.SignInAsync(issuer.TrimEnd('/'), subject, name, email, context.HttpContext.RequestAborted);

        // Only what the portal itself vouches for goes into the session.
        var known = new ClaimsIdentity(identity.AuthenticationType, "name", "role");
        known.AddClaim(new Claim(PortalClaims.UserId, user.Id));
        known.AddClaim(new Claim("name", name));
        known.AddClaim(new Claim("email", email));
        if (user.IsPlatformAdmin)
        {
            known.AddClaim(new Claim(PortalClaims.PlatformAdmin, "true"));
        }

        context.Principal = new ClaimsPrincipal(known);
    }
}
