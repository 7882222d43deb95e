namespace Portal.Hosting;

public static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            var headers = http.Response.Headers;
            // MudBlazor sets inline styles; the jobs dashboard, for platform admins alone, has inline scripts.
            var scripts = http.Request.Path.StartsWithSegments(PortalUrls.AdminJobs) ? "'self' 'unsafe-inline'" : "'self'";
            headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            return next(http);
        });
    }
}
