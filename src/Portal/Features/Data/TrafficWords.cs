namespace Portal.Features.Data;

/// <summary>Calls that went wrong, as the screens say it.</summary>
public static class TrafficWords
{
    private static readonly (WrongReasons Reason, string Words)[] s_reasons =
        [(WrongReasons.Disliked, "Disliked"), (WrongReasons.Corrected, "Corrected"), (WrongReasons.Malformed, "Invalid answer")];

    public static string Of(WrongReasons reasons) => string.Join(" · ", s_reasons.Where(r => (reasons & r.Reason) is not 0).Select(r => r.Words));

    public static string Of(TrafficState state) => state switch
    {
        TrafficState.Open => "Waiting",
        TrafficState.Settled => "Settled",
        TrafficState.Added => "Row",
        _ => "Rejected",
    };
}
