using Portal.Persistence;

namespace Portal.Features.Leave;

public static class LeaveFeature
{
    public static void AddLeave(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LeaveOptions>().BindConfiguration("Leave").ValidateDataAnnotations()
            .Validate(o => o.Lease >= TimeSpan.FromSeconds(10), "Leave:Lease must be at least 10 s, such as 00:01:00.")
            .Validate(o => o.CoolOff >= TimeSpan.Zero && o.FreshSignIn > TimeSpan.Zero && o.SettleAfter >= TimeSpan.Zero && o.KeepImport > TimeSpan.Zero, "Leave:CoolOff, FreshSignIn, SettleAfter and KeepImport must be times, such as 7.00:00:00.")
            .ValidateOnStart();
        builder.Services.AddLeaving();
    }

    public static void MapLeave(this WebApplication app)
    {
        app.MapExports();
        app.MapImports();
        app.MapReceipts();
        app.MapRowsReceipts();
    }

    internal static IServiceCollection AddLeaving(this IServiceCollection services) => services
        .AddScoped<ExportService>().AddScoped<ArchiveWriter>().AddScoped<ExportWorker>().AddScoped<ISwept, ExportSweep>().AddScoped<IFailedWork, FailedExports>()
        .AddScoped<ImportService>().AddScoped<ArchiveImporter>().AddScoped<ArchiveImportWorker>().AddScoped<ISwept, ImportSweep>().AddScoped<IFailedWork, FailedArchives>()
        .AddScoped<EraseService>().AddScoped<VendorObjects>().AddScoped<EraseWorker>().AddScoped<ISwept, EraseSweep>().AddScoped<IFailedWork, FailedErasures>()
        .AddScoped<PersonErasureService>().AddScoped<PersonSearch>().AddScoped<FileSearch>().AddScoped<PersonRows>().AddScoped<PersonMedia>().AddScoped<PersonErasureWorker>()
        .AddScoped<ISwept, PersonErasureSweep>().AddScoped<IFailedWork, FailedPersonErasures>();
}
