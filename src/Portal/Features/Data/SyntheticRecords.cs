using System.ComponentModel;
using Portal.Features.Billing;

namespace Portal.Features.Data;

internal sealed record ChoicesAnswer(
    [property: Description("The version that the counts are of; null while none is frozen.")] string? Version, IReadOnlyList<ChoiceVersion> Versions,
    [property: Description("With their training rows, those with few rows first; empty where outputs are free.")] IReadOnlyList<AugmentTarget> Labels,
    IReadOnlyList<AugmentTarget> Slices, [property: Description("Training rows that a model may be shown.")] int Rows, IReadOnlyList<ChoiceModel> Models)
{
    public static ChoicesAnswer Of(AugmentChoices choices) => new(
        choices.Version?.Id, [.. choices.Versions.Select(v => new ChoiceVersion(v.Id, v.Number, v.TrainCount))], choices.Labels, choices.Slices, choices.AllRows,
        [.. choices.Writers.Select(w => new ChoiceModel(w.Id, w.Name, w.IsTuned, w.InputPricePerMillion, w.OutputPricePerMillion))]);
}

internal sealed record ChoiceVersion(string Id, int Number, int Training);

internal sealed record ChoiceModel(
    string Id, string Name, [property: Description("One of the project's own.")] bool IsTuned, [property: Description("Millionths of a dollar for a million tokens.")] long InputMicrosPerMillion,
    [property: Description("Millionths of a dollar for a million tokens.")] long OutputMicrosPerMillion);

internal sealed record AugmentBody
{
    [Description("The frozen version whose training rows the model is shown.")]
    public string? Version { get; init; }

    [Description("One of the models of the choices, by its id.")]
    public string? Model { get; init; }

    [Description("1 to 200.")]
    public int? Rows { get; init; }

    [Description("One of the task's labels; null for any.")]
    public string? Label { get; init; }

    [Description("One of the slices; null for any.")]
    public string? Slice { get; init; }

    [Description("What else is wished of the rows, in at most 500 characters.")]
    public string? Wish { get; init; }

    [Description("Needed to start: the most that it may cost, in millionths of a dollar. A quote says it; where it has become dearer, nothing is started.")]
    public long? MostMicros { get; init; }

    public AugmentOrder ToOrder() => new(
        Version ?? throw DataWords.Wrong("version", "is missing: the id of a frozen version"), Model ?? throw DataWords.Wrong("model", "is missing: the choices have the models and their prices"),
        Rows ?? throw DataWords.Wrong("rows", "is missing: how many are to be written"), Label ?? "", Slice ?? "", Wish ?? "", MostMicros);
}

internal sealed record AugmentQuoteAnswer(
    [property: Description("Millionths of the currency.")] long LikelyMicros, [property: Description("Held until it ends; what is used is charged.")] long MostMicros, string Currency, int Calls,
    long LikelyInputTokens, long MostInputTokens, long LikelyOutputTokens, long MostOutputTokens)
{
    public static AugmentQuoteAnswer Of(AugmentQuote quote) => new(
        quote.Quote.LikelyMicros, quote.Quote.WorstMicros, quote.Quote.Currency, quote.Calls, quote.LikelyInputTokens, quote.WorstInputTokens, quote.LikelyOutputTokens, quote.WorstOutputTokens);
}

/// <summary>What became of the rows that were asked for, by the reason; of what is not written yet nothing is said.</summary>
internal sealed record WrittenAnswer(
    [property: Description("Became drafts.")] int New, [property: Description("Too like a row that there is, sealed ones included, or like each other.")] int TooAlike, int WithoutValidLabel,
    [property: Description("With what looks like personal data or a secret.")] int Personal, [property: Description("Empty, or against a rule of imports.")] int Unusable,
    [property: Description("Not written, or not in the form that was asked for.")] int Missing);

internal sealed record DraftCountsAnswer([property: Description("Waiting for a yes or no.")] int Open, int Accepted, int Rejected);

internal sealed record AugmentationAnswer(string Id, [property: Description("queued, running, succeeded, failed or cancelled.")] string State, string Version, string Model, string ModelName, int Rows)
{
    public string Label { get; init; } = "";

    public string Slice { get; init; } = "";

    public string Wish { get; init; } = "";

    public int Calls { get; init; }

    public int CallsDone { get; init; }

    [Description("Calls whose answer was lost with the process that waited for it; they are charged by an estimate and not repeated.")]
    public int CallsLost { get; init; }

    public WrittenAnswer Written { get; init; } = new(0, 0, 0, 0, 0, 0);

    public DraftCountsAnswer Drafts { get; init; } = new(0, 0, 0);

    [Description("Millionths of the currency.")]
    public long ChargedMicros { get; init; }

    [Description("What is held for it while it goes on; 0 once it has ended.")]
    public long HeldMicros { get; init; }

    public string Currency { get; init; } = "";

    [Description("Why it waits, or why it failed; empty otherwise.")]
    public string Problem { get; init; } = "";

    [Description("The vendor's own words behind the problem.")]
    public string Details { get; init; } = "";

    public string StartedBy { get; init; } = "";

    public DateTime StartedAt { get; init; }

    [Description("When somebody stopped it; the call that is under way then is still waited for.")]
    public DateTime? StoppedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public static AugmentationAnswer Of(AugmentationRow row)
    {
        var (run, counts) = (row.Run, row.Run.Counts);
        return new(run.Id, DataWords.Of(run.State), run.VersionId, run.WriterId, run.WriterName, run.Asked)
        {
            Label = run.Label, Slice = run.Slice, Wish = run.Wish, Calls = run.Calls, CallsDone = run.CallsDone, CallsLost = run.LostCalls,
            Written = new WrittenAnswer(counts.New, counts.Alike, counts.Unlabelled, counts.Personal, counts.Unusable, counts.Missing), Drafts = new DraftCountsAnswer(row.Open, row.Accepted, row.Rejected),
            ChargedMicros = run.SpentMicros, HeldMicros = run.IsActive ? run.ReservedMicros : 0, Currency = new Quote(0, 0).Currency, Problem = run.Problem, Details = run.ProblemDetails,
            StartedBy = run.StartedByName, StartedAt = run.CreatedAt, StoppedAt = run.CancelRequestedAt, EndedAt = run.EndedAt,
        };
    }
}

internal sealed record DraftAnswer(string Id, int Place, [property: Description("open, accepted or rejected.")] string State, [property: Description("Empty once it is accepted: the row has it then.")] string Input, string Output)
{
    [Description("Rows that the model was shown for it.")]
    public IReadOnlyList<int> MadeFrom { get; init; } = [];

    public bool IsEdited { get; init; }

    [Description("The row that it became.")]
    public int? Row { get; init; }

    public string DecidedBy { get; init; } = "";

    public DateTime? DecidedAt { get; init; }

    public static DraftAnswer Of(SyntheticDraft draft) => new(draft.Id, draft.Place, DataWords.Of(draft.State), draft.Input, draft.Output)
    {
        MadeFrom = draft.Seeds, IsEdited = draft.IsEdited, Row = draft.RowNumber, DecidedBy = draft.DecidedByName, DecidedAt = draft.DecidedAt,
    };
}

internal enum DraftDecision
{
    Accept,
    Reject,
}

internal sealed record DraftBody
{
    public string? Input { get; init; }

    public string? Output { get; init; }
}

internal sealed record DraftDecisionBody
{
    [Description("accept or reject; null takes a no back.")]
    public string? Decision { get; init; }
}

internal sealed record DraftsDecisionBody
{
    [Description("accept or reject.")]
    public string? Decision { get; init; }

    [Description("Ids of drafts of this run; null for all that wait.")]
    public IReadOnlyList<string>? Drafts { get; init; }
}

internal sealed record DraftsAnswer(int Accepted, int Rejected, [property: Description("Asked for and still waiting: they are too like a row that there is by now. Change their words, or reject them.")] int Left);
