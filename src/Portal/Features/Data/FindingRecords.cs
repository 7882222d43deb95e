using System.ComponentModel;

namespace Portal.Features.Data;

/// <summary>Where a finding's row stands.</summary>
internal sealed record FindingPlace(
    [property: Description("Row in the file, from 1, header and blank lines not counted.")] int Row,
    [property: Description("Line of the file where the row begins; null where it is not known.")] long? Line,
    [property: Description("What is wrong with this row, where the finding does not say it.")] string Reason);

internal sealed record FindingAnswer(string Id, string Rule, [property: Description("blocks, needsDecision or note.")] string Severity, string Title, string Remedy, int Count)
{
    [Description("What can be decided: keep, setAside, quarantine, fix or redact.")]
    public IReadOnlyList<string> Choices { get; init; } = [];

    [Description("What was decided; null while nothing is.")]
    public string? Decision { get; init; }

    public string DecidedBy { get; init; } = "";

    [Description("What was measured, where a count of rows does not say it all.")]
    public string Figure { get; init; } = "";

    [Description("The first rows concerned, 25 at most; sealed ones are left out.")]
    public IReadOnlyList<FindingPlace> Rows { get; init; } = [];

    public static FindingAnswer Of(Finding finding, IReadOnlyList<FindingPlace> rows) =>
        new(finding.Id, DataWords.Of(finding.Rule), DataWords.Of(finding.Severity), finding.Title, finding.Remedy, finding.Count)
        {
            Choices = [.. finding.Choices.Select(c => DataWords.Of(c))], Decision = finding.Decision is { } decided ? DataWords.Of(decided) : null, DecidedBy = finding.DecidedByName, Figure = finding.Figure, Rows = rows,
        };
}

internal sealed record DecisionBody
{
    [Description("keep, setAside, quarantine, fix or redact, as far as the finding offers it; null takes the decision back.")]
    public string? Decision { get; init; }
}

internal sealed record RowAnswer(int Row, string Input, string Output, [property: Description("The rule that took the row out; null while it takes part.")] string? SetAsideBy, string Reason)
{
    [Description("A model wrote it, and somebody accepted it.")]
    public bool IsSynthetic { get; init; }
}

internal sealed record VersionRowAnswer(int Row, string Input, string Output, [property: Description("A model wrote it; such rows are in the training split alone.")] bool IsSynthetic);

internal sealed record FreezeBody
{
    [Description("For people who read the list of versions.")]
    public string? Note { get; init; }

    [Description("spread, byDate or asGiven; null takes what the columns propose.")]
    public string? Split { get; init; }

    [Description("keep: rows of findings that still need a decision take part as they are. Null: they must be decided first.")]
    public string? OpenFindings { get; init; }
}

internal sealed record VersionAnswer(string Id, int Number, [property: Description("freezing, frozen or failed.")] string State, DateTime StartedAt)
{
    public string Note { get; init; } = "";

    public string Split { get; init; } = "";

    public int RowsDone { get; init; }

    public int RowsTotal { get; init; }

    public int Training { get; init; }

    public int Validation { get; init; }

    [Description("Rows of the sealed split: counted, and never shown.")]
    public int Test { get; init; }

    [Description("Training rows that a model wrote.")]
    public int Synthetic { get; init; }

    [Description("Rows that a model wrote and that are in no split, because they hang together with rows that are kept aside.")]
    public int LeftOut { get; init; }

    [Description("Rows that were erased since it was frozen: the counts are of what is left, the hashes of what was frozen.")]
    public int Erased { get; init; }

    public string Failure { get; init; } = "";

    [Description("SHA-256 over the rows in order, each with its split.")]
    public string ContentHash { get; init; } = "";

    public string TestDigest { get; init; } = "";

    public DateTime? FrozenAt { get; init; }

    public static VersionAnswer Of(DatasetVersion version) => new(version.Id, version.Number, DataWords.Of(version.State), version.StartedAt)
    {
        Note = version.Note, Split = DataWords.Of(version.SplitMethod), RowsDone = version.Done, RowsTotal = version.Total, Training = version.TrainCount, Validation = version.ValidationCount, Test = version.TestCount, Synthetic = version.SyntheticCount, LeftOut = version.LeftOutCount, Erased = version.ErasedCount,
        Failure = version.Failure, ContentHash = version.ContentHash, TestDigest = version.TestDigest, FrozenAt = version.State is VersionState.Frozen ? version.FrozenAt : null,
    };
}

internal sealed record ChangeAnswer(string Change, int Rows, int Training, int Validation, int Test, [property: Description("Rows of them that are sealed: counted, and never shown.")] int Sealed);

internal sealed record ChangesAnswer(
    VersionAnswer Before, VersionAnswer After, [property: Description("By what rows are taken for the same one: number, sourceId or input.")] string Pairing, [property: Description("Rows that did not change.")] int Same,
    IReadOnlyList<ChangeAnswer> Changes, IReadOnlyList<LabelCount> Labels, IReadOnlyList<ChangedSetting> Settings);
