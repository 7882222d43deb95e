using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

public static class DeployFeature
{
    public static void AddDeploy(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DeployOptions>().BindConfiguration("Deploy").ValidateDataAnnotations()
            .Validate(o => o.CallLimit > TimeSpan.Zero && o.CallLimit <= TimeSpan.FromMinutes(30), "Deploy:CallLimit must be up to 30 minutes.")
            .Validate(o => o.LeftStreamLimit > TimeSpan.Zero && o.LeftStreamLimit <= TimeSpan.FromMinutes(10), "Deploy:LeftStreamLimit must be up to 10 minutes.")
            .Validate(o => o.CallWait >= TimeSpan.Zero && o.CallWait <= TimeSpan.FromMinutes(1), "Deploy:CallWait must be up to a minute.")
            .Validate(o => o.FaultPause > TimeSpan.Zero && o.FaultPause <= TimeSpan.FromMinutes(5), "Deploy:FaultPause must be up to 5 minutes.")
            .Validate(o => o.CanaryEvery > TimeSpan.Zero && o.CanaryEvery <= TimeSpan.FromHours(1), "Deploy:CanaryEvery must be up to an hour.")
            .Validate(o => o.InventoryEvery >= TimeSpan.FromMinutes(5) && o.InventoryEvery <= TimeSpan.FromDays(30), "Deploy:InventoryEvery must be from 5 minutes to 30 days.")
            .ValidateOnStart();
        services.AddSingleton<CallLimits>().AddSingleton<ServedCache>().AddSingleton<ISaveWatch>(p => p.GetRequiredService<ServedCache>()).AddSingleton<HoldDesk>().AddHostedService(p => p.GetRequiredService<HoldDesk>()).AddSingleton<VendorHealth>().AddSingleton<UsageWriter>().AddSingleton<LeftStreams>().AddHostedService(p => p.GetRequiredService<LeftStreams>());
        services.AddScoped<IKeyEndpoints, KeyEndpoints>().AddScoped<CallHolds>().AddScoped<ServingService>().AddScoped<GatewayCall>()
            .AddScoped<DeploymentService>().AddScoped<TrafficService>()
            .AddScoped<CanaryFigures>().AddScoped<CanaryService>().AddScoped<CanaryWorker>().AddScoped<ISwept, CanarySweep>()
            .AddScoped<IdleEndpoints>().AddScoped<GoogleInventory>().AddScoped<InventoryService>().AddScoped<InventoryWorker>().AddScoped<ISwept, InventorySweep>()
            .AddSingleton<ShadowQueue>().AddHostedService(p => p.GetRequiredService<ShadowQueue>())
            .AddScoped<ShadowAsker>().AddScoped<ShadowService>().AddScoped<ShadowWorker>().AddScoped<ISwept, ShadowSweep>()
            .AddScoped<RedeployService>().AddScoped<SmokeWorker>().AddScoped<ISwept, DeploymentSweep>().AddScoped<IFailedWork, FailedDeployments>().AddScoped<IProjectStep, DeployStep>()
            .AddScoped<ILimitCount, LiveCount>().AddScoped<ILiveModel, EndpointLive>()
            .AddScoped<IOnboardingSign, DeployedSign>().AddScoped<IOnboardingSign, KeySign>().AddScoped<IVersionUses, DeploymentUses>();
    }

    public static void MapDeploy(this WebApplication app)
    {
        app.MapGemini();
        app.MapOpenAi();
    }
}
