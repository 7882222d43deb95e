using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Tune;

public static class TuneFeature
{
    public static void AddTune(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TuneOptions>().BindConfiguration("Tune")
            .Validate(o => o.Lease >= TimeSpan.FromSeconds(5) && o.PollEvery > TimeSpan.Zero && o.PollEveryOnSandbox > TimeSpan.Zero,
                "Tune:Lease must be at least 5 s, and the poll intervals more than none.")
            .ValidateOnStart();
        builder.Services.AddTuning();
    }

    internal static IServiceCollection AddTuning(this IServiceCollection services) => services
        .AddScoped<TuningService>().AddScoped<TokenCounter>().AddScoped<TrainingFile>().AddScoped<TuningMedia>()
        .AddScoped<TuningGateway>().AddScoped<TunedObjects>().AddScoped<TuningLease>().AddScoped<TuningMoves>().AddScoped<TuningResult>().AddScoped<TuningWorker>().AddScoped<TuningFilesWorker>()
        .AddScoped<ISwept, TuneSweep>().AddScoped<IFailedWork, FailedTunings>().AddScoped<IProjectStep, TuneStep>().AddScoped<IOnboardingSign, TunedSign>().AddScoped<IPlaybookPart, TuningPart>().AddScoped<IVersionUses, TuningUses>();
}
