using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Define;

public enum TaskKind
{
    Classify,
    Extract,
    Generate,
    Answer,
}

public enum MetricKind
{
    /// <summary>Share of rows whose answer equals the expected one, white space and letter case aside.</summary>
    Accuracy,

    /// <summary>F1 of each label, averaged over the labels: a rare label counts as much as a common one.</summary>
    MacroF1,

    /// <summary>Overlap of the answer's words with the expected ones.</summary>
    TokenF1,

    /// <summary>Longest common subsequence of words.</summary>
    RougeL,
}

/// <summary>What the model must do, and how anybody would know that it does.</summary>
public sealed class TaskDefinition : TenantOwned, IVersioned
{
    public const int GoalLength = 2_000;
    public const int InstructionLength = 20_000;
    public const int MaximumLabels = 1_000;

    public required string ProjectId { get; init; }

    public string Goal { get; set => field = Bounded(value, GoalLength, "The goal"); } = "";

    public TaskKind Kind { get; set; } = TaskKind.Classify;

    public string Instruction { get; set => field = Bounded(value, InstructionLength, "The instruction"); } = "";

    public MetricKind Metric { get; set; } = MetricKind.Accuracy;

    /// <summary>The score that is good enough, as a share: 0.9 is 90 %. Null until somebody has said it.</summary>
    public double? Target { get; private set; }

    public string LabelLines { get; private set; } = "";

    public DateTime UpdatedAt { get; private set; }

    public long Version { get; private set; }

    public IReadOnlyList<string> Labels => LabelLines.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is still missing before any later step may begin; empty when nothing is.</summary>
    public IReadOnlyList<string> Missing =>
        [.. new[] { Goal is "" ? "a goal" : "", Instruction is "" ? "an instruction" : "", Target is null ? "a target" : "" }.Where(m => m is not "")];

    public bool IsComplete => Missing.Count is 0;

    /// <summary>Which scores make sense for a kind of task; the first is the one proposed.</summary>
    public static IReadOnlyList<MetricKind> MetricsFor(TaskKind kind) => kind switch
    {
        TaskKind.Classify => [MetricKind.Accuracy, MetricKind.MacroF1],
        TaskKind.Extract => [MetricKind.Accuracy, MetricKind.TokenF1],
        _ => [MetricKind.TokenF1, MetricKind.RougeL, MetricKind.Accuracy],
    };

    public void SetTarget(double? target)
    {
        if (target is { } value and not (> 0 and < 1))
        {
            throw new PortalException($"A target of {value:P0} cannot be measured: no number of rows proves a score of 100 %, and 0 % needs no model. Say between 1 and 99.9 %.");
        }

        Target = target;
    }

    public void SetLabels(IEnumerable<string> labels)
    {
        var distinct = labels.Select(l => l.ReplaceLineEndings(" ").Trim()).Where(l => l is not "").Distinct(StringComparer.Ordinal).ToList();
        if (distinct.Count > MaximumLabels)
        {
            throw new PortalException($"{distinct.Count:N0} labels are too many to choose from (at most {MaximumLabels:N0}). Is the answer free text? Then pick another kind of task.");
        }

        if (distinct.FirstOrDefault(l => l.Length > 200) is { } tooLong)
        {
            throw new PortalException($"The label \"{tooLong[..40]}…\" is longer than 200 characters. Shorten it.");
        }

        LabelLines = string.Join('\n', distinct);
    }

    public void Saved(DateTime at) => UpdatedAt = at;

    private static string Bounded(string value, int length, string what) => value.Length <= length
        ? value
        : throw new PortalException($"{what} has {value.Length:N0} characters; {length:N0} is the most. Shorten it.");
}

internal sealed class TaskDefinitionMapping : IEntityTypeConfiguration<TaskDefinition>
{
    public void Configure(EntityTypeBuilder<TaskDefinition> builder)
    {
        builder.HasPublicId("tsk");
        builder.Property(t => t.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(t => t.Goal).HasMaxLength(TaskDefinition.GoalLength);
        builder.Property(t => t.Instruction).HasMaxLength(TaskDefinition.InstructionLength);
        builder.Property(t => t.LabelLines).HasMaxLength(Mapping.LongText);
        builder.Ignore(t => t.Labels);
        builder.Ignore(t => t.Missing);
        builder.BelongsTo<TaskDefinition, Project>(nameof(TaskDefinition.ProjectId));
        builder.HasIndex(t => new { t.TenantId, t.ProjectId }).IsUnique();
    }
}
