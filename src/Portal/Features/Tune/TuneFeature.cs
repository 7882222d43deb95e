namespace Portal.Features.Tune;

public static class TuneFeature
{
    public static void AddTune(this WebApplicationBuilder builder)
    {
    }
}
