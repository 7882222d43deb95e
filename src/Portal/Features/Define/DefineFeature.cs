using Portal.Components;

namespace Portal.Features.Define;

public static class DefineFeature
{
    public static void AddDefine(this WebApplicationBuilder builder) =>
        builder.Services.AddScoped<ProjectService>().AddScoped<ProjectBoard>().AddScoped<IProjectStep, DefineStep>();
}
