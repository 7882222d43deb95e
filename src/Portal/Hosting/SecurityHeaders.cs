using Microsoft.AspNetCore.StaticAssets;

namespace Portal.Hosting;

public static class SecurityHeaders
{
    private static readonly string s_policy = Policy("'self'");

    public static void UseSecurityHeaders(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            var headers = http.Response.Headers;
            // MudBlazor sets inline styles; the jobs dashboard, for platform admins alone, has inline scripts.
            headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments(PortalUrls.AdminJobs) ? Policy("'self' 'unsafe-inline'")
                : ApiReference.ScriptMark(http) is { Length: > 0 } mark ? Policy($"'self'{mark}") : s_policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            http.Response.OnStarting(KeepFromCaches, http);
            return next(http);
        });
    }

    private static Task KeepFromCaches(object context)
    {
        var http = (HttpContext)context;
        var headers = http.Response.Headers;
        // Nothing but the assets everybody gets may stay in a cache, least of all after signing out.
        if (headers.CacheControl.Count is 0 || http.User.Identity?.IsAuthenticated is true)
        {
            headers.CacheControl = http.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is null ? "no-store" : headers.CacheControl;
        }

        return Task.CompletedTask;
    }

    private static string Policy(string scripts) =>
        $"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
}
