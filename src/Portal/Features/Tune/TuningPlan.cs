using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Features.Tune;

/// <summary>What a project would be tuned with, and what stands in the way of starting.</summary>
public sealed record TuningPlan(ProjectDetail Project, DatasetVersion? Version, ModelChoice? Choice, CatalogueModel? Model, bool IsSandbox)
{
    /// <summary>Google advises a hundred; below twenty a training learns the rows and nothing else.</summary>
    public const int FewestRows = 20;

    /// <summary>Where Google would train.</summary>
    public string Location { get; init; } = "";

    /// <summary>What kinds of files the version's rows have.</summary>
    public IReadOnlyList<(MediaKind Kind, string MimeType)> Media { get; init; } = [];

    /// <summary>A cheaper way is proven good enough: tuning is not needed, and is started only by saying so.</summary>
    public bool IsUnnecessary => Choice?.Verdict is Verdict.Stop;

    /// <summary>The moment whose prices hold.</summary>
    public required DateTime At { get; init; }

    public long? PricePerMillion => Model?.TrainingPriceAt(At, IsSandbox);

    /// <summary>The price is a stand-in for practice; Google's own is not in the catalogue.</summary>
    public bool IsPracticePrice => IsSandbox && Model is not null && Model.TrainingPriceAt(At, practice: false) is null && PricePerMillion is not null;

    /// <summary>Reasons not to start, each with its remedy; empty when there are none.</summary>
    public IReadOnlyList<string> Blockers
    {
        get
        {
            if (Version is null)
            {
                return ["No version of your data is frozen. Freeze one in the Data step."];
            }

            if (Choice is null || Model is null)
            {
                return ["No base model is chosen. Choose one in the Model step."];
            }

            var blockers = new List<string>();
            if (!Model.IsTunable)
            {
                blockers.Add($"{Model.DisplayName} cannot be tuned{(Model.StateReason is "" ? "." : ": " + Model.StateReason)} Choose another model in the Model step.");
            }

            if (Version.TrainCount < FewestRows)
            {
                blockers.Add($"Version {Version.Number} has {Version.TrainCount} training rows; {FewestRows} are the least that can be tuned on. Add rows in the Data step.");
            }

            if (Model.MaxTrainingExamples > 0 && Version.TrainCount > Model.MaxTrainingExamples)
            {
                blockers.Add($"Version {Version.Number} has {Version.TrainCount:N0} training rows; {Model.DisplayName} takes {Model.MaxTrainingExamples:N0}. Freeze a smaller version.");
            }

            if (Model.MaxMediaExamples > 0 && Media.Count > 0 && Version.TrainCount > Model.MaxMediaExamples)
            {
                blockers.Add($"Version {Version.Number} has {Version.TrainCount:N0} training rows; {Model.DisplayName} takes {Model.MaxMediaExamples:N0} where files are among them. Freeze a smaller version.");
            }

            if (Media.Where(m => !Model.Limits.Takes(m.Kind, m.MimeType)).Select(m => m.MimeType).ToList() is { Count: > 0 } refused)
            {
                blockers.Add($"Version {Version.Number} has files that {Model.DisplayName} does not take: {string.Join(", ", refused)}. Choose another model in the Model step, or convert the files and freeze a new version.");
            }

            if (Model.IsTunable && PricePerMillion is null)
            {
                blockers.Add($"There is no training price in the catalogue for {Model.DisplayName}; an admin must enter it.");
            }

            return blockers;
        }
    }
}
