namespace Portal.Features.Data;

public static class DataFeature
{
    public static void AddData(this WebApplicationBuilder builder) =>
        builder.Services.AddScoped<ExampleService>();

    public static void MapData(this WebApplication app)
    {
    }
}
