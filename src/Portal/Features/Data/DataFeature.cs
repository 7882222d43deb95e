namespace Portal.Features.Data;

public static class DataFeature
{
    public static void AddData(this WebApplicationBuilder builder)
    {
    }

    public static void MapData(this WebApplication app)
    {
    }
}
