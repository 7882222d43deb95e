using Portal.Components;

namespace Portal.Features.Data;

/// <summary>A run of a model that writes rows, in words.</summary>
internal static class AugmentWords
{
    public static string Of(AugmentationState state) => state switch
    {
        AugmentationState.Queued => "Waiting for its turn",
        AugmentationState.Running => "Writing",
        AugmentationState.Succeeded => "Done",
        AugmentationState.Failed => "Failed",
        _ => "Stopped",
    };

    public static string Target(Augmentation run) => (run.Label, run.Slice) switch
    {
        ("", "") => "all rows",
        ("", var slice) => $"slice {slice}",
        (var label, "") => label,
        var (label, slice) => $"{label}, slice {slice}",
    };

    /// <summary>"Asked 50: 41 new, 6 too alike, 3 without a valid label."</summary>
    public static string Counts(Augmentation run)
    {
        var counts = run.Counts;
        var parts = new (int Count, string Words)[]
        {
            (counts.New, "new"), (counts.Alike, "too like a row that there is, or like each other"), (counts.Unlabelled, "without a valid label"),
            (counts.Personal, "with what looks like personal data or a secret"), (counts.Unusable, "empty or against a rule"), (counts.Missing, "not written, or not in the form asked for"),
        };
        var told = parts.Where(p => p.Count > 0 || p.Words is "new").Select(p => $"{Show.Count(p.Count)} {p.Words}");
        return $"Asked {Show.Count(run.Asked)}: {string.Join(", ", told)}.";
    }

    public static string Progress(Augmentation run, DateTime now) => run switch
    {
        { IsActive: true, CancelRequestedAt: not null } => "Stopping after the call that is under way",
        { IsActive: true, NextAttemptAt: { } at } => $"Waiting: {run.Problem}, trying again in {Show.Duration(at > now ? at - now : TimeSpan.Zero)}",
        { State: AugmentationState.Queued } => "Waiting for its turn",
        { State: AugmentationState.Running } => $"Call {Show.Count(Math.Min(run.CallsDone + 1, run.Calls))} of {Show.Count(run.Calls)}",
        { State: AugmentationState.Failed } => $"Failed: {run.Problem}",
        _ => Of(run.State),
    };
}
