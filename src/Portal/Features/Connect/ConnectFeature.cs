namespace Portal.Features.Connect;

public static class ConnectFeature
{
    public static void AddConnect(this WebApplicationBuilder builder)
    {
    }
}
