using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Monitor;

/// <summary>When a re-tune is proposed: limits that a whole interval has to be beyond, each with as many samples as it needs to mean anything.</summary>
public sealed class RetuneOptions
{
    /// <summary>How often each live deployment is looked at.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How soon again where something has changed.</summary>
    public TimeSpan AtMostEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The share of rated answers that was disliked or corrected.</summary>
    [Range(0.01, 0.99)]
    public double WrongShare { get; set; } = 0.1;

    [Range(1, int.MaxValue)]
    public int FewestRated { get; set; } = 50;

    /// <summary>The population stability index of a mix.</summary>
    [Range(0.01, 10)]
    public double Drift { get; set; } = StabilityIndex.LargeShift;

    [Range(StabilityIndex.FewestCalls, int.MaxValue)]
    public int FewestCalls { get; set; } = 200;

    /// <summary>So many rows from traffic since the version that was trained on are worth a re-tune by themselves.</summary>
    [Range(1, int.MaxValue)]
    public int NewRows { get; set; } = 100;
}
