using Portal.Components;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

public static class DataFeature
{
    public static void AddData(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DataOptions>().BindConfiguration("Data").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(_ => ReaderProgram.OfThisPortal()).AddSingleton<SourceReader>().AddHostedService<ReaderTrial>();
        services.AddScoped<DatasetService>().AddScoped<UploadService>().AddScoped<UploadWorker>().AddScoped<FindingService>().AddScoped<RowService>().AddScoped<RowEditService>();
        services.AddScoped<ReviewService>().AddScoped<ReviewQueueService>().AddScoped<ReviewResultService>();
        services.AddScoped<VersionService>().AddScoped<VersionComparison>().AddScoped<LineageService>().AddScoped<ExampleService>().AddScoped<DownloadService>().AddScoped<DownloadedArchive>().AddScoped<Redactor>().AddScoped<MediaService>().AddScoped<MediaCleaner>().AddScoped<VersionRenewal>().AddScoped<FindingReport>();
        services.AddScoped<ImportWorker>().AddScoped<FreezeWorker>().AddScoped<ISwept, DataSweep>().AddScoped<IFailedWork, FailedImports>().AddScoped<IFailedWork, FailedVersions>();
        services.AddScoped<TrafficDraftService>().AddScoped<AugmentService>().AddScoped<SyntheticDraftService>().AddScoped<AugmentWorker>().AddScoped<ISwept, AugmentSweep>().AddScoped<IFailedWork, FailedAugmentations>();
        services.AddScoped<StorageWorker>().AddScoped<ISwept, StorageSweep>();
        services.AddScoped<IProjectStep, DataStep>().AddScoped<IOnboardingSign, UploadSign>().AddScoped<IPlaybookPart, ColumnsPart>().AddScoped<IProjectTexts, RowTexts>();
    }

    public static void MapData(this WebApplication app)
    {
        app.MapUploads();
        app.MapDownloads();
        app.MapMedia();
        app.MapDataApi();
    }
}
