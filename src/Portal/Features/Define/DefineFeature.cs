using Portal.Components;
using Portal.Features.Billing;
using Portal.Features.Tenancy;

namespace Portal.Features.Define;

public static class DefineFeature
{
    public static void AddDefine(this WebApplicationBuilder builder) =>
        builder.Services.AddScoped<ProjectService>().AddScoped<ProjectBoard>().AddScoped<ClientBoard>().AddScoped<IProjectStep, DefineStep>()
            .AddScoped<PlaybookService>().AddScoped<PlaybookSource>().AddScoped<IProjectTexts, ProjectNames>()
            .AddScoped<Onboarding>().AddScoped<IOnboardingSign, ConnectionSign>().AddScoped<IOnboardingSign, TaskSign>()
            .AddScoped<ILimitCount, ProjectCount>().AddScoped<IUsageSubjects, UsageSubjects>().AddScoped<IAuditedProjects, UsageSubjects>();

    public static void MapDefine(this WebApplication app) => app.MapClients();
}
