namespace Portal.Features.Model;

/// <summary>Tiers, states, rungs and verdicts as the screens call them.</summary>
public static class ModelWords
{
    public static string Of(ModelTier tier) => tier is ModelTier.FlashLite ? "Flash-Lite" : tier.ToString();

    public static string Of(ModelState state) => state switch
    {
        ModelState.Tunable => "Can be tuned",
        ModelState.BaselineOnly => "Baseline only",
        ModelState.Retiring => "Can be tuned, retiring",
        _ => "Retired",
    };

    public static string Of(Rung rung) => rung switch
    {
        Rung.Prompt => "prompt only",
        Rung.FewShot => "few-shot",
        Rung.Retrieval => "with retrieval",
        Rung.Functions => "with functions",
        _ => "tuned",
    };

    public static string Of(Verdict verdict) => verdict is Verdict.NotEnoughData ? "Not enough data" : verdict.ToString();
}
