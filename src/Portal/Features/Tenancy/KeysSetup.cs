namespace Portal.Features.Tenancy;

internal static class KeysSetup
{
    public static void AddKeys(this IServiceCollection services) =>
        services.AddSingleton<KeyCache>().AddSingleton<KeyPace>().AddScoped<PostedOnce>().AddScoped<KeyDirectory>().AddScoped<KeyGate>().AddScoped<ApiKeyService>();
}
