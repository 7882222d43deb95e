namespace Portal.Sandbox.Storage;

/// <summary>Finds the resource a storage call is about; both address forms that Google's libraries use lead here.</summary>
internal static class StorageApi
{
    public static void AddStorage(this IServiceCollection services, string folder)
    {
        services.AddSingleton(provider => new StorageState(folder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new UploadFiles(Path.Combine(folder, "uploads")));
        services.AddSingleton<UploadSessions>();
        services.AddSingleton<BucketApi>();
        services.AddSingleton<ObjectApi>();
        services.AddSingleton<UploadApi>();
        services.AddSingleton<ResumableUploadApi>();
    }

    public static void UseStorage(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (StorageCall.From(http) is not { } call)
        {
            await next(http);
            return;
        }

        AllowBrowsers(http);
        try
        {
            await (await AnswerAsync(call)).ExecuteAsync(http);
        }
        catch (StorageException refusal) when (!http.Response.HasStarted)
        {
            await StorageJson.Error(refusal).ExecuteAsync(http);
        }
    });

    private static async Task<IResult> AnswerAsync(StorageCall call)
    {
        var services = call.Http.RequestServices;
        return HttpMethods.IsOptions(call.Request.Method) ? Results.Ok()
            : call.IsUpload ? await UploadAsync(call, services.GetRequiredService<UploadApi>(), services.GetRequiredService<ResumableUploadApi>())
            : call.Path.Count <= 2 || call.Path[2] == "iam" ? await BucketAsync(call, services.GetRequiredService<BucketApi>())
            : await ObjectAsync(call, services.GetRequiredService<ObjectApi>());
    }

    private static Task<IResult> UploadAsync(StorageCall call, UploadApi uploads, ResumableUploadApi resumable) =>
        (call.Request.Method, call.Path) switch
        {
            ("POST" or "PUT", [_, _, "o"]) when call.Query.ContainsKey("upload_id") => resumable.PutAsync(call),
            ("DELETE", [_, _, "o"]) when call.Query.ContainsKey("upload_id") => resumable.CancelAsync(call),
            ("POST", [_, _, "o"]) => uploads.StartAsync(call),
            _ => throw Unknown(),
        };

    private static async Task<IResult> BucketAsync(StorageCall call, BucketApi buckets) => (call.Request.Method, call.Path) switch
    {
        ("POST", [_]) => await buckets.CreateAsync(call),
        ("GET", [_]) => buckets.List(call),
        ("GET", [_, _]) => buckets.Get(call),
        ("PATCH", [_, _]) => await buckets.PatchAsync(call),
        ("DELETE", [_, _]) => buckets.Delete(call),
        ("GET", [_, _, "iam", "testPermissions"]) => buckets.TestPermissions(call),
        _ => throw Unknown(),
    };

    private static async Task<IResult> ObjectAsync(StorageCall call, ObjectApi objects) => (call.Request.Method, call.Path) switch
    {
        ("GET", [_, _, "o"]) => objects.List(call),
        ("GET", [_, _, "o", _]) => objects.Get(call),
        ("PATCH", [_, _, "o", _]) => await objects.PatchAsync(call),
        ("DELETE", [_, _, "o", _]) => objects.Delete(call),
        ("POST", [_, _, "o", _, "rewriteTo", "b", _, "o", _]) => await objects.CopyAsync(call, rewrite: true),
        ("POST", [_, _, "o", _, "copyTo", "b", _, "o", _]) => await objects.CopyAsync(call, rewrite: false),
        _ => throw Unknown(),
    };

    private static StorageException Unknown() => new(404, "notFound", "Not Found");

    private static void AllowBrowsers(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } asked ? asked : "*";
        headers.AccessControlExposeHeaders = "Location, Range, Content-Range, ETag, x-goog-hash, x-goog-generation, X-GUploader-UploadID";
        headers.AccessControlMaxAge = "3600";
    }
}
