namespace Portal.Hosting;

public static class ServiceChecks
{
    /// <summary>
    /// Outside Development the framework would let a service of one request or circuit be had from the root, and so be shared by
    /// everybody. Here the start fails instead, in every environment.
    /// </summary>
    public static void CheckServices(this WebApplicationBuilder builder) =>
        builder.Host.UseDefaultServiceProvider(services => services.ValidateScopes = services.ValidateOnBuild = true);
}
