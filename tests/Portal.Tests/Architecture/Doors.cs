namespace Portal.Tests.Architecture;

/// <summary>One door for each outside system.</summary>
internal static class Doors
{
    private static readonly string[] s_clients = ["VertexClient", "VertexStorageClient"];

    private static readonly string[] s_openId = ["Microsoft.AspNetCore.Authentication.OpenIdConnect", "Microsoft.IdentityModel.Protocols"];

    private static readonly string[] s_enqueue = ["IBackgroundJobClient", "BackgroundJobClientExtensions"];

    public static string? BrokenStripe(Reference use) =>
        use.ToIsWithin("Stripe") && !use.FromIsWithin("Portal.Features.Billing") ? "Stripe is known in Billing alone" : null;

    public static string? BrokenVertex(Reference use) => use switch
    {
        _ when use.FromIsWithin("Portal.Features.Connect") => null,
        _ when use.ToIsWithin("Google") => "credentials of Google are handled in Connect alone",
        { ToNamespace: "Portal.Vertex", ToName: "VertexClientFactory" or "VertexServiceCollectionExtensions" } => "Vertex clients come from Connect",
        { ToNamespace: "Portal.Vertex", Member: ".ctor" } when s_clients.Contains(use.ToName) => "Vertex clients come from Connect",
        _ => null,
    };

    public static string? BrokenOpenId(Reference use) =>
        s_openId.Any(use.ToIsWithin) && !use.FromIsWithin("Portal.Features.Tenancy") ? "OpenID Connect is known in Tenancy alone" : null;

    public static string? BrokenMail(Reference use) =>
        (use.ToIsWithin("MailKit") || use.ToIsWithin("MimeKit")) && use.From is not "Portal.Features.Tenancy.MailGateway" ? "mail leaves by the gateway alone" : null;

    public static string? BrokenHangfire(Reference use)
    {
        if (!use.ToIsWithin("Hangfire") || use.FromIsWithin("Portal.Hosting") || use.From is "Program")
        {
            return null;
        }

        var mayKnow = new[] { "Feature", "Worker", "Sweep" }.Any(end => use.FromName.EndsWith(end, StringComparison.Ordinal));
        return mayKnow || s_enqueue.Contains(use.ToName) ? null : "Hangfire is known in Hosting, features, workers and sweeps; elsewhere only to enqueue";
    }
}
