using System.Text.Encodings.Web;

namespace Portal.Shell;

/// <summary>The last net below every request: a calm page of our own look, no stack trace, the fault in the log.</summary>
public static class ExceptionPage
{
    public static void UseExceptionPage(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = http => WriteAsync(
                http, "Something broke on our side", $"What was saved is safe. Try again in a moment; if it stays, tell us this reference: {http.TraceIdentifier}", ("", "Try again")),
        });
        app.UseStatusCodePages(async context =>
        {
            var http = context.HttpContext;
            if (http.Response is { StatusCode: StatusCodes.Status404NotFound, ContentLength: null } && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            {
                await WriteAsync(http, "Nothing here", "This page does not exist, or you have no access to it.", ("/", "Go to your projects"));
            }
        });
    }

    private static Task WriteAsync(HttpContext http, string title, string text, (string Href, string Name) next)
    {
        var html = HtmlEncoder.Default;
        http.Response.ContentType = "text/html; charset=utf-8";
        var theme = http.Request.Cookies["theme"] is "dark" or "light" ? http.Request.Cookies["theme"] : "auto";
        return http.Response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="en" data-theme="{theme}">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{html.Encode(title)} · Portal</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href="/app.css" />
            </head>
            <body>
                <main class="plain-message">
                    <h1>{html.Encode(title)}</h1>
                    <p class="muted">{html.Encode(text)}</p>
                    <p><a class="plain-button" href="{next.Href}">{html.Encode(next.Name)}</a></p>
                </main>
            </body>
            </html>
            """);
    }
}
