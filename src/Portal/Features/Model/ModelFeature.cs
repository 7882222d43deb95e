namespace Portal.Features.Model;

public static class ModelFeature
{
    public static void AddModel(this WebApplicationBuilder builder)
    {
    }
}
