using Portal.Components;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

/// <summary>What is live when the gate is asked.</summary>
/// <param name="Place">Its place in the evaluation that the gate goes by; null where it took no part.</param>
public sealed record LiveOpponent(string CandidateId, string Name, int? Place)
{
    internal static LiveOpponent? Among(IReadOnlyList<EvaluatedCandidate> parts, Candidate? live) =>
        live is null ? null : new LiveOpponent(live.Id, live.Name, parts.FirstOrDefault(p => p.CandidateId == live.Id)?.Place);
}

/// <summary>
/// Whoever is to take the place of what is live must not be worse on the rows that it was judged by, nor on those that were sealed since: the first
/// alone would let a model through that has forgotten nothing and learnt nothing, the second one that has paid for the new with the old.
/// </summary>
internal static class LiveCheck
{
    /// <summary>From here on a model that gets every third row wrong that the live one has right is mostly told from it.</summary>
    public const int FewestRows = 20;

    private const string OldName = "Not worse than what is live: rows it was judged by";
    private const string NewName = "Not worse than what is live: rows sealed since";

    public static IEnumerable<GateCheck> Of(EvaluatedCandidate candidate, CandidateResult result, LiveOpponent? live)
    {
        if (live is null || live.CandidateId == candidate.CandidateId)
        {
            return [];
        }

        if (result.ToLive is not { Old: { } old } told || told.Place != live.Place)
        {
            return [new GateCheck(
                "Not worse than what is live", CheckOutcome.CannotDecide,
                $"{live.Name} is live, and {candidate.Name} was not held against it. Evaluate both together; answers that are there are not asked for again.")];
        }

        var left = Left(told, live);
        return told.New is { } fresh ? [Part(OldName, old, Old(told, live), left), Part(NewName, fresh, New(told, live), left)] : [Part(OldName, old, Old(told, live), left)];
    }

    private static GateCheck Part(string name, LivePart part, (string Rows, string Remedy) words, string left)
    {
        if (part.Rows < FewestRows)
        {
            return new GateCheck(name, CheckOutcome.CannotDecide, $"Both answered {Show.Count(part.Rows)} {words.Rows}, and {FewestRows} are the fewest that can tell. {words.Remedy}{left}");
        }

        var (now, before) = (part.Candidate, part.Live);
        return new GateCheck(
            name, part.Comparison.Verdict is ComparisonVerdict.Worse ? CheckOutcome.Failed : CheckOutcome.Passed,
            $"On {Show.Count(part.Rows)} {words.Rows}: {Show.Interval(now.Value, now.Low, now.High, part.Rows)}, live {Show.Interval(before.Value, before.Low, before.High, part.Rows)}; {EvaluateWords.Of(part.Comparison)}.{left}");
    }

    private static (string, string) Old(LiveComparison told, LiveOpponent live) => (
        told.IsLater ? $"rows that version {told.JudgedBy} sealed, by which {live.Name} was judged, and version {told.Version} seals too" : $"sealed rows of version {told.Version} that neither has seen",
        $"Freeze a version that has the rows of version {told.JudgedBy} too, and tune on it.");

    private static (string, string) New(LiveComparison told, LiveOpponent live) => (
        $"rows that version {told.Version} seals and {live.Name} has not seen", "Add rows that are in no earlier version, freeze again, and tune on that.");

    private static string Left(LiveComparison told, LiveOpponent live)
    {
        var seen = told.Seen is 0 ? "" : $" {Show.Count(told.Seen)} sealed {(told.Seen is 1 ? "row counts" : "rows count")} for neither: {live.Name} was made with {(told.Seen is 1 ? "it" : "them")}.";
        return told is { IsLater: true, Gone: > 0 } ? $"{seen} {Show.Count(told.Gone)} sealed rows of version {told.JudgedBy} are not in this test any more." : seen;
    }
}
