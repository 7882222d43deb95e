using Portal.Features.Model;

namespace Portal.Features.Tune;

/// <summary>The settings of a tuning; null leaves a choice to Google.</summary>
public sealed record Hyperparameters(int? Epochs, double? LearningRateMultiplier, int AdapterSize)
{
    public const int FewestEpochs = 1;
    public const double SmallestMultiplier = 0.1;
    public const double LargestMultiplier = 10;

    /// <summary>The whole range of the catalogue, or 100 where it names no limit.</summary>
    public static int MostEpochs(CatalogueModel model) => model.MaxEpochs > 0 ? model.MaxEpochs : 100;

    /// <summary>The same as far as another model takes them: its own adapter size where it has no such, and no more epochs than it trains.</summary>
    public Hyperparameters Within(CatalogueModel model) => this with
    {
        Epochs = Epochs is { } epochs ? Math.Min(epochs, MostEpochs(model)) : null,
        AdapterSize = model.AdapterSizes.Contains(AdapterSize) ? AdapterSize : model.DefaultAdapterSize,
    };

    /// <summary>Refuses what Google would refuse, before anything is paid.</summary>
    public void RequireLegal(CatalogueModel model)
    {
        if (Epochs is { } epochs && (epochs < FewestEpochs || epochs > MostEpochs(model)))
        {
            throw new PortalException($"{model.DisplayName} trains for {FewestEpochs} to {MostEpochs(model)} epochs, not {epochs}. Choose a number in that range, or automatic.");
        }

        if (LearningRateMultiplier is { } multiplier && !(multiplier >= SmallestMultiplier && multiplier <= LargestMultiplier))
        {
            throw new PortalException($"A learning-rate multiplier is {SmallestMultiplier:0.#} to {LargestMultiplier:0}. Choose a number in that range, or automatic.");
        }

        if (!model.AdapterSizes.Contains(AdapterSize))
        {
            throw new PortalException($"{model.DisplayName} takes an adapter size of {string.Join(", ", model.AdapterSizes)}, not {AdapterSize}. Choose one of them.");
        }
    }
}
