namespace Portal.Features.Evaluate;

public static class EvaluateFeature
{
    public static void AddEvaluate(this WebApplicationBuilder builder)
    {
    }
}
