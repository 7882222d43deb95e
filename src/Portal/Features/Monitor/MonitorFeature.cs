using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

public static class MonitorFeature
{
    public static void AddMonitor(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<MonitorOptions>().BindConfiguration("Monitor").ValidateOnStart()
            .Validate(o => !o.AllowLoopbackWebhooks || !builder.Environment.IsProduction(),
                "Monitor:AllowLoopbackWebhooks is set: it lets webhooks lead to this machine, over plain http. It is for development.");
        services.AddSingleton<WebhookSecrets>().AddSingleton<WebhookGateway>();
        services.AddOptions<RetuneOptions>().BindConfiguration("Retune").ValidateDataAnnotations()
            .Validate(o => o.AtMostEvery > TimeSpan.Zero && o.Every >= o.AtMostEvery, "Retune:AtMostEvery must be more than none, and Retune:Every no less.").ValidateOnStart();
        services.AddScoped<RetuneFigures>().AddScoped<RetuneService>().AddScoped<IProjectNotices, RetuneNotices>().AddScoped<RetuneProposer>().AddScoped<RetuneWorker>().AddScoped<ISwept, RetuneSweep>()
            .AddScoped<RetuneScheduleService>().AddScoped<RetuneScheduleWorker>().AddScoped<ISwept, RetuneScheduleSweep>();
        services.AddSingleton<CallBases>().AddSingleton<KnownPairs>().AddSingleton<TextKeeper>().AddHostedService(s => s.GetRequiredService<TextKeeper>());
        services.AddScoped<ICallWitness, CallWitness>().AddScoped<TextKeepingService>().AddScoped<FeedbackService>().AddScoped<IAnswerRater>(s => s.GetRequiredService<FeedbackService>())
            .AddScoped<IAnswerVotes, AnswerVotes>().AddScoped<TrainingMix>().AddScoped<MonitorService>().AddScoped<WrongCallService>()
            .AddScoped<AlertReader>().AddScoped<AlertService>().AddScoped<AlertNotice>().AddScoped<AlertWorker>().AddScoped<ISwept, AlertSweep>()
            .AddScoped<RetirementRadar>().AddScoped<IProjectNotices>(s => s.GetRequiredService<RetirementRadar>()).AddScoped<RetirementWorker>().AddScoped<ISwept, RetirementSweep>()
            .AddScoped<WebhookService>().AddScoped<WebhookWorker>().AddScoped<ISwept, WebhookSweep>().AddScoped<IFailedWork, FailedDeliveries>()
            .AddScoped<RollupWorker>().AddScoped<ISwept, RollupSweep>().AddScoped<RetentionWorker>().AddScoped<ISwept, RetentionSweep>();
    }

    public static void MapMonitor(this WebApplication app) => app.MapFeedback();
}
