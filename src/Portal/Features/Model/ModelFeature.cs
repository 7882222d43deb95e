using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

public static class ModelFeature
{
    public static void AddModel(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RunOptions>().BindConfiguration("Runs").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddModelSlice();
        builder.Services.AddHostedService<CatalogueSeed>();
    }

    internal static IServiceCollection AddModelSlice(this IServiceCollection services) => services
        .AddScoped<CatalogueService>().AddScoped<Data.IVendorLimits, CatalogueLimits>().AddScoped<IRowWriters, CandidateWriters>().AddScoped<CandidateService>().AddScoped<BaselineService>().AddScoped<ChoiceService>()
        .AddScoped<CandidateRunService>().AddScoped<CandidateRunWorker>().AddScoped<RunRows>().AddScoped<RunLease>().AddScoped<RowAsker>().AddScoped<QuestionFiles>()
        .AddScoped<ISwept, RunSweep>().AddScoped<IFailedWork, FailedRuns>().AddScoped<IProjectStep, ModelStep>().AddScoped<IOnboardingSign, BaselineSign>().AddScoped<IPlaybookPart, TierPart>().AddScoped<IVersionUses, PromptUses>();
}
