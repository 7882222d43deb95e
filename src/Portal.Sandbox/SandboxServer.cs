using Portal.Sandbox.Faults;
using Portal.Sandbox.Identity;
using Portal.Sandbox.State;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Stripe;
using Portal.Sandbox.Vertex;

namespace Portal.Sandbox;

/// <summary>Builds the server, for the executable, for a portal that embeds it and for tests.</summary>
public static class SandboxServer
{
    public static WebApplication Build(SandboxOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.StateFolder);
        var folder = Directory.CreateDirectory(options.StateFolder).FullName;
        DurableFile.Sweep(folder);

        // The empty builder reads no settings of the process it may be embedded in: addresses meant for the portal are not ours.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Portal.Sandbox" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // Data sets of a gigabyte are streamed to disk.
        });
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddRouting();
        builder.Services.AddRequestDecompression();
        builder.Services.AddIdentity(Path.Combine(folder, "identity"));
        builder.Services.AddSingleton(new NameServer(Path.Combine(folder, "names")));
        builder.Services.AddStorage(Path.Combine(folder, "storage"));
        builder.Services.AddVertex(Path.Combine(folder, "vertex"));
        builder.Services.AddStripe(Path.Combine(folder, "stripe"));
        var faults = new FaultPlan(options.Faults);
        builder.Services.AddSingleton(faults);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.Urls.Add(options.Url);
        app.UseVertexErrors();
        app.UseFaults(faults);
        app.UseCallerCheck();
        app.UseRequestDecompression();
        app.UseStorage();
        app.UseStripe();
        app.UseRouting();
        app.UseAuthentication();
        app.MapGet("/", HomePage.Render);
        app.MapIdentity();
        NameServer.Map(app);
        app.MapControl();
        app.MapStripePages();
        app.MapStripeControl();
        app.MapVertex();
        return app;
    }
}
