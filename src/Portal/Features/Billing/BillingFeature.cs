using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

public static class BillingFeature
{
    public static void AddBilling(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<BillingOptions>().BindConfiguration("Stripe").ValidateDataAnnotations().ValidateOnStart()
            // The practice Stripe is at the sandbox's address, wherever that is today.
            .PostConfigure(o => o.ApiBase = o is { IsSandbox: true, ApiBase: "" } ? builder.Configuration["Connect:SandboxUrl"] ?? "" : o.ApiBase)
            .Validate(o => !o.IsSandbox || !builder.Environment.IsProduction(), "Stripe:IsSandbox is set: it is for development, and nobody pays there. Configure Stripe's own key for production, or none.")
            .Validate(o => !o.IsConfigured || o.WebhookSecrets.Any(s => s is not ""), "Stripe:WebhookSecrets:0 must be the signing secret of this portal's webhook endpoint: without it nothing that Stripe says is heard.")
            .Validate(o => !builder.Environment.IsProduction() || o.ApiBase is "" || o.ApiBase.StartsWith("https://", StringComparison.OrdinalIgnoreCase), "Stripe:ApiBase must be empty or an https address in production.");
        services.AddHttpClient(nameof(StripeGateway)).ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(30));
        services.AddSingleton<StripeGateway>().AddHostedService<StripeCatchUp>();
        services.AddScoped<BillingService>().AddScoped<CostService>().AddScoped<UsageDayWorker>().AddSingleton<ISwept, UsageDaySweep>().AddScoped<BudgetService>().AddScoped<BudgetWorker>().AddScoped<ISwept, BudgetSweep>().AddScoped<PlanService>().AddScoped<EntitlementService>().AddScoped<IPlanLimits>(p => p.GetRequiredService<EntitlementService>());
        services.AddScoped<AccountMirror>().AddScoped<StripeInbox>().AddScoped<StripeEventWorker>().AddScoped<ISwept, StripeEventSweep>().AddScoped<IFailedWork, FailedStripeEvents>();
        services.AddScoped<SpendWatch>().AddScoped<WatchService>().AddScoped<UsageReconciler>().AddScoped<UsageReportWorker>().AddScoped<ISwept, UsageReportSweep>().AddScoped<IFailedWork, FailedUsageReports>().AddScoped<IFailedWork, FailedReconciliations>();
    }

    public static void MapBilling(this WebApplication app)
    {
        app.MapStripeWebhook();
        app.MapCosts();
    }
}
