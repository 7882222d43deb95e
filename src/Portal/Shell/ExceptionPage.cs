namespace Portal.Shell;

public static class ExceptionPage
{
    /// <summary>The last net below every request: a calm page, no stack trace, the fault in the log.</summary>
    public static void UseExceptionPage(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = async http =>
            {
                http.Response.ContentType = "text/html; charset=utf-8";
                await http.Response.WriteAsync(
                    "<!DOCTYPE html><html lang=\"en\"><title>Something broke · Portal</title><link rel=\"stylesheet\" href=\"/app.css\">"
                    + "<main style=\"max-width:440px;margin:15vh auto;padding:16px\"><h1>Something broke on our side</h1>"
                    + "<p>What was saved is safe. <a href=\"\">Try again</a>, or <a href=\"/\">go to your projects</a>. "
                    + $"If it stays, tell us this reference: {http.TraceIdentifier}</p></main></html>");
            },
        });
        app.UseStatusCodePages(async context =>
        {
            var http = context.HttpContext;
            if (http.Response is { StatusCode: StatusCodes.Status404NotFound, ContentLength: null } && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            {
                http.Response.ContentType = "text/html; charset=utf-8";
                await http.Response.WriteAsync(
                    "<!DOCTYPE html><html lang=\"en\"><title>Not found · Portal</title><link rel=\"stylesheet\" href=\"/app.css\">"
                    + "<main style=\"max-width:440px;margin:15vh auto;padding:16px\"><h1>Nothing here</h1>"
                    + "<p>This page does not exist, or you have no access to it. <a href=\"/\">Go to your projects</a></p></main></html>");
            }
        });
    }
}
