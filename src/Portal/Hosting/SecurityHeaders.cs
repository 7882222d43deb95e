using Microsoft.AspNetCore.StaticAssets;

namespace Portal.Hosting;

public static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            var headers = http.Response.Headers;
            // MudBlazor sets inline styles; the jobs dashboard, for platform admins alone, has inline scripts.
            var scripts = http.Request.Path.StartsWithSegments(PortalUrls.AdminJobs) ? "'self' 'unsafe-inline'" : $"'self'{ApiReference.ScriptMark(http)}";
            headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            http.Response.OnStarting(() =>
            {
                // Nothing but the assets everybody gets may stay in a cache, least of all after signing out.
                if (headers.CacheControl.Count is 0 || http.User.Identity?.IsAuthenticated is true)
                {
                    headers.CacheControl = http.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is null ? "no-store" : headers.CacheControl;
                }

                return Task.CompletedTask;
            });
            return next(http);
        });
    }
}
