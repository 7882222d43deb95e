namespace Portal.Storage;

public static class StorageFeature
{
    public static void AddStorage(this WebApplicationBuilder builder)
    {
        var root = builder.Environment.ContentRootPath;
        builder.Services.AddOptions<StorageOptions>().BindConfiguration("Storage")
            .PostConfigure(options => options.Folder = Path.GetFullPath(options.Folder, root))
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<BlobStore>().AddHostedService<PartialFiles>();
    }
}
