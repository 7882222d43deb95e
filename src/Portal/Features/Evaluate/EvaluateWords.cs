using System.Globalization;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

/// <summary>Differences and verdicts as the screens write them.</summary>
public static class EvaluateWords
{
    private static readonly CultureInfo s_culture = CultureInfo.GetCultureInfo("en-US");

    public static string Of(ComparisonVerdict verdict) => verdict switch
    {
        ComparisonVerdict.Better => "better",
        ComparisonVerdict.Worse => "worse",
        _ => "not distinguishable",
    };

    public static string Of(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "Pass",
        CheckOutcome.Failed => "Fail",
        _ => "Cannot decide",
    };

    /// <summary>+7.1 points [+5.2, +9.0]: better, p 0.0003</summary>
    public static string Of(Comparison comparison) =>
        $"{Points(comparison.Difference)}: {Of(comparison.Verdict)}{(comparison.P is { } p ? ", " + P(p) : "")}";

    public static string Points(Estimate difference) =>
        $"{Signed(difference.Value)} points [{Signed(difference.Low)}, {Signed(difference.High)}]";

    public static string P(double p) => p < 0.0001 ? "p < 0.0001" : $"p {p.ToString(p < 0.001 ? "0.0000" : "0.000", s_culture)}";

    /// <summary>What a call costs less, or more, than the baseline's; empty where nothing can be said.</summary>
    public static string Savings(CandidateResult baseline, CandidateResult candidate)
    {
        if (baseline.CostPerThousandMicros <= 0 || candidate.CostPerThousandMicros <= 0)
        {
            return "";
        }

        var share = 1 - ((double)candidate.CostPerThousandMicros / baseline.CostPerThousandMicros);
        return Math.Abs(share) < 0.0005 ? "costs the same per call"
            : $"costs {Components.Show.Percent(Math.Abs(share))} {(share > 0 ? "less" : "more")} per call";
    }

    private static string Signed(double share) => (share * 100).ToString("+0.0;−0.0;0.0", s_culture);
}
