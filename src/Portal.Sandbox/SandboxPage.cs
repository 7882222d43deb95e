using System.Text;
using System.Text.Encodings.Web;

namespace Portal.Sandbox;

/// <summary>The frame of the few pages people see here; colours are those of the portal.</summary>
internal static class SandboxPage
{
    private const string Style = """
        :root{color-scheme:light dark;--back:#F7F8FA;--surface:#FFFFFF;--text:#1A1F2B;--muted:#586072;--primary:#2F55D4;--line:#8A93A5}
        @media (prefers-color-scheme:dark){:root{--back:#11141A;--surface:#191D25;--text:#E8EBF1;--muted:#A3ABBA;--primary:#9DB2FF;--line:#667085}}
        *{box-sizing:border-box}
        body{margin:0;padding:24px 16px;background:var(--back);color:var(--text);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:480px;margin:0 auto}
        h1{font-size:24px;line-height:1.25;margin:16px 0 8px}
        .muted{color:var(--muted)}
        a{color:var(--primary)}
        .people{list-style:none;margin:24px 0;padding:0;display:grid;gap:12px}
        button{display:block;width:100%;min-height:44px;padding:12px 16px;text-align:left;background:var(--surface);color:var(--text);border:1px solid var(--line);border-radius:8px;font:inherit;cursor:pointer;overflow-wrap:anywhere}
        button strong,button span{display:block}
        button:hover{border-color:var(--primary)}
        :focus-visible{outline:3px solid var(--primary);outline-offset:2px}
        code{overflow-wrap:anywhere}
        """;

    /// <param name="title">Plain text.</param>
    /// <param name="body">Markup; whatever came from outside is already encoded.</param>
    public static IResult Render(string title, string body)
    {
        var heading = HtmlEncoder.Default.Encode(title);
        return new Page($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{heading} · Sandbox</title>
            <link rel="icon" href="data:,">
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <h1>{heading}</h1>
            {body}
            </main>
            </body>
            </html>
            """);
    }

    private sealed class Page(string html) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            // No form-action: browsers apply it to the redirect after the form as well, which leads to the portal.
            httpContext.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            return httpContext.Response.WriteAsync(html, Encoding.UTF8);
        }
    }
}
