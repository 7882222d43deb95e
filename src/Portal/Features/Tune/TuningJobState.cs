namespace Portal.Features.Tune;

public enum TuningJobState
{
    /// <summary>Settings without a price.</summary>
    Draft,

    /// <summary>Settings with the price that will be held.</summary>
    Quoted,

    /// <summary>The rows are on their way to Google, and then the order itself; Google has not confirmed it yet.</summary>
    Uploading,

    /// <summary>Google has the job and has not begun it.</summary>
    Submitted,

    Running,

    /// <summary>We have asked for the end; Google has not confirmed it, so it may still cost, or even succeed.</summary>
    Cancelling,

    Succeeded,
    Failed,
    Cancelled,
}
