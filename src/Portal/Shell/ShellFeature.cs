using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Hosting;
using Portal.Persistence;

namespace Portal.Shell;

public static class ShellFeature
{
    public static void AddShell(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // Room for the longest text that a form takes, in any script.
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = 256 << 10);
        services.Configure<CircuitOptions>(options => options.DetailedErrors = builder.Environment.IsDevelopment());
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter;
            mud.SnackbarConfiguration.VisibleStateDuration = 6_000;
            mud.SnackbarConfiguration.SnackbarVariant = Variant.Outlined;
        });
        services.AddAntiforgery();
        services.AddSingleton<CircuitOwners>();
        // Keys stand in the database, so every node and every restart reads the same cookies.
        services.AddDataProtection().SetApplicationName("Portal").PersistKeysToDbContext<PortalDbContext>();
    }

    public static void MapShell(this WebApplication app)
    {
        // Behind the sign-in, which says who asks.
        app.Use(next => http => app.Services.GetRequiredService<CircuitOwners>().InvokeAsync(http, next));
        app.MapAntiforgeryToken();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
