using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Model;

/// <summary>How a run works through its rows.</summary>
public sealed class RunOptions
{
    /// <summary>Rows a step takes: what a killed process may have to ask again.</summary>
    [Range(1, 500)]
    public int ChunkRows { get; set; } = 64;

    /// <summary>Calls at once.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 8;

    /// <summary>After this long a step begins no further call; the next one goes on.</summary>
    [Range(1, 300)]
    public int StepSeconds { get; set; } = 8;

    /// <summary>Renewed while a step works; so long after a crash somebody else takes the run.</summary>
    [Range(5, 600)]
    public int LeaseSeconds { get; set; } = 20;

    /// <summary>Steps in a row without a single answer before a run gives up: about ten minutes of waiting.</summary>
    [Range(1, 100)]
    public int FruitlessSteps { get; set; } = 14;
}
