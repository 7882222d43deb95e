using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.Options;
using Portal.Hosting;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public static class TenancyFeature
{
    public const string PlatformAdminPolicy = "platform-admin";

    public static void AddTenancy(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScoped<TenancyService>().AddScoped<CurrentMember>().AddScoped<MemberGate>().AddScoped<AuditService>();
        services.AddScoped<EngagementService>().AddScoped<OtherSide>().AddScoped<VisitService>().AddScoped<EngagementWorker>().AddScoped<ISwept, EngagementSweep>();
        services.AddKeys();
        services.AddScoped<ILimitCount, MemberCount>().AddScoped<MemberRoom>();
        services.AddScoped<MemberService>().AddScoped<InvitationService>().AddScoped<AdmissionService>();
        services.AddOptions<MailOptions>().BindConfiguration("Mail").ValidateDataAnnotations().ValidateOnStart()
            .Validate(o => EmailKey.Of(o.From) is not "", "Mail:From must be an e-mail address that the mail server lets the portal write from.")
            .Validate(o => o.TimeLimit > TimeSpan.Zero && o.TimeLimit <= TimeSpan.FromMinutes(2), "Mail:TimeLimit must be up to 2 minutes, such as 00:00:30.");
        services.AddOptions<PlatformOptions>().BindConfiguration("Platform").ValidateDataAnnotations().ValidateOnStart()
            .Validate(o => o.SupportAddress is "" || EmailKey.Of(o.SupportAddress) is not "", "Platform:SupportAddress must be an e-mail address that customers can write to.")
            .Validate(o => o.FreshSignIn > TimeSpan.Zero && o.FreshSignIn <= TimeSpan.FromHours(1), "Platform:FreshSignIn must be a time of up to an hour, such as 00:10:00.");
        services.AddScoped<OwnerMail>().AddScoped<SuspensionService>().AddScoped<PlatformLogService>().AddScoped<PlatformActWorker>().AddScoped<ISwept, PlatformActSweep>();
        services.AddSingleton<MailGateway>().AddScoped<MailService>().AddScoped<MailWorker>().AddScoped<ISwept, MailSweep>().AddScoped<IFailedWork, FailedMails>();
        services.AddOptions<SignInOptions>().BindConfiguration("SignIn").ValidateDataAnnotations().ValidateOnStart()
            .Validate(o => !o.IsSandbox || !builder.Environment.IsProduction(),
                "SignIn:IsSandbox is set: the sandbox's development sign-in lets anybody be anybody. Configure a real OpenID Connect issuer for production.")
            .Validate(o => o.IsSandbox || !builder.Environment.IsProduction() || o.Authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase),
                "SignIn:Authority must be an https address in production.")
            .Validate(o => !o.AllowLoopbackProviders || !builder.Environment.IsProduction(),
                "SignIn:AllowLoopbackProviders is set: it lets organizations name providers on this machine, over plain http. It is for development.")
            .Validate(o => !builder.Environment.IsProduction() || o.ResolverUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase),
                "SignIn:ResolverUrl must be an https address in production: who answers there says whose a domain is.")
            .Validate(o => o is { SessionLength.Ticks: > 0, IdleLength.Ticks: > 0, CheckEvery.TotalMilliseconds: >= 100, StateLength.Ticks: > 0 },
                "SignIn:SessionLength, IdleLength, CheckEvery and StateLength must be positive times, such as 12:00:00.");

        services.AddScoped<StandingRight>().AddScoped<SessionService>().AddScoped<SessionCookie>().AddScoped<OpenIdEvents>().AddScoped<BackChannelLogout>();
        services.AddScoped<SessionActWorker>().AddScoped<ISwept, SessionActSweep>();
        services.AddScoped<IFailedWork, UntoldPlatformActs>().AddScoped<IFailedWork, UntoldEngagementActs>().AddScoped<IFailedWork, UntoldSessionActs>();
        services.AddScoped<BreakGlassService>().AddScoped<BreakGlassWorker>().AddScoped<ISwept, BreakGlassSweep>();
        services.AddSingleton<AnnouncementBoard>().AddScoped<AnnouncementService>();
        services.AddSingleton<OutsideHttp>().AddSingleton<ProviderSecrets>().AddSingleton<ProviderSignIn>().AddSingleton<RefusalPace>();
        services.AddScoped<ProviderDirectory>().AddScoped<IdentityProviderService>().AddScoped<ProviderCheck>().AddScoped<NameServerGateway>().AddScoped<DomainService>();
        services.AddScoped<SessionWatch>().AddScoped<AuthenticationStateProvider, CircuitPerson>().AddScoped<CircuitHandler, CircuitActivity>();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().AddOpenIdConnect();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<IOptions<SignInOptions>>((cookie, signIn) => Configure(cookie, signIn.Value));
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IOptions<SignInOptions>>((oidc, signIn) => OpenIdSetup.Configure(
                oidc, new OpenIdProvider(signIn.Value.Authority, signIn.Value.ClientId, signIn.Value.ClientSecret, "/signin-oidc", "/signout-callback-oidc"), signIn.Value.StateLength, network: null));
        services.AddAuthorizationBuilder()
            .AddPolicy(PlatformAdminPolicy, policy => policy.RequireClaim(PortalClaims.PlatformAdmin, "true"));
        services.AddCascadingAuthenticationState();
    }

    public static void MapTenancy(this WebApplication app)
    {
        app.MapOpenId();
        app.MapProviders();
        app.MapAudit();
    }

    /// <summary>Every address below this group names an organisation the caller must be a member of, else it is not found.</summary>
    public static RouteGroupBuilder MapOrganization(this IEndpointRouteBuilder app) =>
        app.MapGroup("/o/{org}/api").RequireAuthorization().AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var gate = http.RequestServices.GetRequiredService<MemberGate>();
            if (http.GetRouteValue("org") is not string slug || !await gate.EnterAsync(http.User, slug, http.Connection.RemoteIpAddress?.ToString() ?? "", http.RequestAborted))
            {
                LogOf(http).NotThere(http.User, http.Request.Path.ToUriComponent());
                return gate.Suspension is { } suspension
                    ? Results.Problem($"{suspension.Organization} is suspended: {suspension.Reason}", statusCode: StatusCodes.Status403Forbidden)
                    : Results.Problem("This address does not exist, or you have no access to it.", statusCode: StatusCodes.Status404NotFound);
            }

            if (http.RequestServices.GetRequiredService<CurrentMember>().IsBreakGlass)
            {
                // Whatever these addresses do, they change something or hand something out; such a visit looks at pages.
                await http.RequestServices.GetRequiredService<AuditService>().LookDeniedAsync(http.Request.Path, CancellationToken.None);
                return Results.Problem("A break-glass visit looks at pages: it takes nothing away and changes nothing.", statusCode: StatusCodes.Status403Forbidden);
            }

            try
            {
                return await next(context);
            }
            catch (NotFoundException missing)
            {
                LogOf(http).NotThere(http.User, http.Request.Path.ToUriComponent());
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

    private static ILogger LogOf(HttpContext http) => http.RequestServices.GetRequiredService<ILogger<MemberGate>>();

    private static void Configure(CookieAuthenticationOptions cookie, SignInOptions signIn)
    {
        // The prefix makes browsers refuse the cookie unless it is Secure, of this very host, and for all its paths.
        cookie.Cookie.Name = signIn.IsPlainHttp ? "portal" : "__Host-portal";
        cookie.Cookie.SecurePolicy = signIn.IsPlainHttp ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.Path = "/";
        cookie.ExpireTimeSpan = signIn.SessionLength;
        cookie.SlidingExpiration = false;
        cookie.LoginPath = PortalUrls.SignIn;
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.EventsType = typeof(SessionCookie);
    }
}
