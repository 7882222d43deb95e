namespace Portal.Features.Tune;

/// <summary>How many training tokens an ended job is charged for.</summary>
public static class TuningCharge
{
    /// <summary>The tokens of one pass times the passes; where Google does not say, what was quoted.</summary>
    public static long WhenSucceeded(TuningJob job) =>
        (job.TokensPerPass > 0 ? job.TokensPerPass : job.QuotedTokens) * (job.Epochs > 0 ? job.Epochs : job.QuotedEpochs);

    /// <summary>A cancelled job is charged for the share of its steps that it trained, rounded up to a token; none, if none was trained.</summary>
    public static long WhenCancelled(TuningJob job) => job.Steps is 0 || job.StepsDone is 0
        ? 0
        : (long)Math.Ceiling((decimal)WhenSucceeded(job) * Math.Min(job.StepsDone, job.Steps) / job.Steps);

    /// <summary>As long again as the steps so far took for each step to come; null before there is anything to go by.</summary>
    public static TimeSpan? TimeLeft(TuningJob job, DateTime now) =>
        job is { State: TuningJobState.Running, TrainingStartedAt: { } started } && job.StepsDone > 0 && job.StepsDone < job.Steps && now > started
            ? (now - started) * ((double)(job.Steps - job.StepsDone) / job.StepsDone)
            : null;
}
