namespace Portal.Features.Admin;

public static class AdminFeature
{
    public static void AddAdmin(this WebApplicationBuilder builder) => builder.Services.AddScoped<DemoSeed>().AddScoped<DemoWorker>().AddScoped<PlatformWork>().AddScoped<TenantDirectory>().AddScoped<CatalogueEditor>()
        .AddScoped<WorkBoard>().AddScoped<MarginService>();

    public static void MapAdmin(this WebApplication app) => app.MapMargin();

    public static async Task SeedAsync(this WebApplication app)
    {
        if (app.Configuration.GetValue("Demo:Seed", false))
        {
            await using var services = app.Services.CreateAsyncScope();
            await services.ServiceProvider.GetRequiredService<DemoSeed>().RunAsync(app.Lifetime.ApplicationStopping);
        }
    }
}
