namespace Portal.Features.Deploy;

public static class DeployFeature
{
    public static void AddDeploy(this WebApplicationBuilder builder)
    {
    }

    public static void MapDeploy(this WebApplication app)
    {
    }
}
