namespace Portal.Features.Deploy;

/// <summary>How a call that is on record ended. Every count of errors, on every page and in every rule, goes by this.</summary>
public enum CallOutcome
{
    Answered,

    /// <summary>The caller's own mistake: no error of the model's, and no answer of its either.</summary>
    Refused,

    /// <summary>The model did not answer, or takes no more calls just now.</summary>
    Failed,
}

public static class CallOutcomes
{
    public const string Words = "Errors are calls that failed at the model: 5xx, and 429 when it takes no more. What a caller got wrong, any other 4xx, is counted as refused.";

    /// <param name="status">The status that the caller was told. What the portal itself holds back, by a pace or a budget, is not on record as a call.</param>
    public static CallOutcome Of(int status) => status switch
    {
        >= 500 or 429 => CallOutcome.Failed,
        >= 400 => CallOutcome.Refused,
        _ => CallOutcome.Answered,
    };
}
