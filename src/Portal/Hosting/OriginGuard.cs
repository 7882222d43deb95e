using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace Portal.Hosting;

/// <summary>
/// A page elsewhere may neither open a socket to a circuit nor change anything with the cookie of somebody who is signed in.
/// Browsers name the page in Origin, and a page cannot change that.
/// </summary>
public static class OriginGuard
{
    public static void UseOriginGuard(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<PublicEdgeOptions>>().Value;
        var cookies = app.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>();
        app.Use(async (http, next) =>
        {
            var request = http.Request;
            // Sockets and the hubs' handshakes must say where they come from; other changes only matter with the session's cookie.
            var mustSay = http.WebSockets.IsWebSocketRequest || request.Headers.Upgrade.Count > 0
                || (HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/_blazor"));
            var isChange = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
            var origin = request.Headers.Origin.ToString();
            if (mustSay ? !IsOurs(origin) : isChange && origin is not "" && HasCookie() && !IsOurs(origin))
            {
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                await http.Response.WriteAsync("This request came from a page that is not this portal's.");
                return;
            }

            await next(http);

            bool HasCookie() => request.Cookies.ContainsKey(cookies.Get(CookieAuthenticationDefaults.AuthenticationScheme).Cookie.Name ?? "");

            bool IsOurs(string text) => string.Equals(text, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
                || options.Origins.Contains(text, StringComparer.OrdinalIgnoreCase);
        });
    }
}
