namespace Portal.Features.Model;

/// <summary>What a finished run means for the target of its task.</summary>
public static class RunVerdict
{
    /// <summary>Null while there is nothing to judge.</summary>
    public static Verdict? Of(CandidateRun? run, double? target)
    {
        if (run is not { State: RunState.Succeeded, Metrics: { } measured } || target is not { } wanted)
        {
            return null;
        }

        var verdict = VerdictRule.Decide(measured.Low, measured.High, wanted);
        // Rows that could not be asked may be the hard ones: without them nothing good is proven.
        return verdict is Verdict.Stop && run.IsIncomplete ? Verdict.NotEnoughData : verdict;
    }

    /// <summary>Why going on with this model would lead nowhere; null where it does not.</summary>
    public static string? WhyNotChosen(CatalogueModel model, Verdict verdict) => model switch
    {
        { IsOffered: false } => $"{model.DisplayName} is retired. {model.StateReason}",
        { IsTunable: false } when verdict is Verdict.Climb =>
            $"{model.DisplayName} misses the target with a prompt, and it cannot be tuned. {model.StateReason}",
        _ => null,
    };
}
