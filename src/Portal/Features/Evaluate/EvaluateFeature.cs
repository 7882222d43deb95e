using Portal.Components;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

public static class EvaluateFeature
{
    public static void AddEvaluate(this WebApplicationBuilder builder) => builder.Services.AddEvaluation();

    internal static IServiceCollection AddEvaluation(this IServiceCollection services) => services
        .AddScoped<EvaluationService>().AddScoped<EvaluationRows>().AddScoped<LiveReader>().AddScoped<EvaluationWorker>()
        .AddScoped<IProjectStep, EvaluateStep>().AddScoped<ISwept, EvaluationSweep>().AddScoped<IFailedWork, FailedEvaluations>().AddScoped<IVersionUses, EvaluationUses>();
}
