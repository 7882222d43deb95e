namespace Portal.Features.Tune;

/// <summary>Which state may follow which. Nothing leads back, and nothing leads out of an ended job.</summary>
public static class TuningTransitions
{
    public static bool IsEnded(TuningJobState state) => state is TuningJobState.Succeeded or TuningJobState.Failed or TuningJobState.Cancelled;

    public static bool IsLegal(TuningJobState from, TuningJobState to) => (from, to) switch
    {
        (TuningJobState.Draft, TuningJobState.Quoted) => true,
        (TuningJobState.Quoted, TuningJobState.Uploading) => true,
        (TuningJobState.Uploading, TuningJobState.Submitted) => true,
        (TuningJobState.Submitted, TuningJobState.Running) => true,
        (TuningJobState.Uploading or TuningJobState.Submitted or TuningJobState.Running, TuningJobState.Cancelling) => true,
        // A short job can end between two looks at it, and a cancel can come too late.
        (TuningJobState.Submitted or TuningJobState.Running or TuningJobState.Cancelling, TuningJobState.Succeeded) => true,
        (TuningJobState.Uploading or TuningJobState.Submitted or TuningJobState.Running or TuningJobState.Cancelling, TuningJobState.Failed) => true,
        // Before anything was asked of Google a cancel is final at once; later only Google's word ends it.
        (TuningJobState.Uploading or TuningJobState.Submitted or TuningJobState.Running or TuningJobState.Cancelling, TuningJobState.Cancelled) => true,
        _ => false,
    };
}
