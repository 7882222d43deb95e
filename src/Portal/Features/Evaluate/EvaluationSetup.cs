using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

/// <summary>A candidate as it can be picked, with its score on the validation rows where it has one.</summary>
public sealed record CandidateOption(Candidate Candidate, RunMetrics? Validation)
{
    public bool IsTuned => Candidate.Rung is Rung.Tuned;
}

/// <summary>What an evaluation can be made of, and what is proposed.</summary>
/// <param name="Version">The version whose sealed rows decide; null while there is none.</param>
/// <param name="Looks">How often its sealed rows have been used, through whichever version.</param>
public sealed record EvaluationSetup(
    ProjectDetail Project, DatasetVersion? Version, SealedWear Looks, IReadOnlyList<CandidateOption> Options, string? BaselineId, IReadOnlyList<string> CandidateIds)
{
    /// <summary>More at once would be picking the luckiest.</summary>
    public const int MostCandidates = 4;

    /// <summary>What callers are answered by now: whoever is to take its place is compared with it.</summary>
    public Candidate? Live { get; init; }

    /// <summary>The sealed rows have been used so often that a score on them proves little.</summary>
    public bool IsWornOut => Looks.IsWornOut;

    public string WornOutWords =>
        $"Most of the sealed rows of version {Version?.Number} have been looked at {Looks.Looks} times, through this version or another, and {SealedLook.Allowed} are the most: who goes on picking by them picks what suits them. {SealedWords.Remedy(Looks)}";

    /// <summary>
    /// Proposes the baseline and the candidates, and the version that can judge them: a model has seen the training rows of the
    /// version it was made from, and some of those may be sealed rows of another one. The live model is offered all the same: the rows
    /// that it has seen are left out of its figures one by one.
    /// </summary>
    public static EvaluationSetup Of(
        ProjectDetail project, IReadOnlyList<DatasetVersion> versions, IReadOnlyList<Candidate> candidates, IReadOnlyList<RunRow> validation, ModelChoice? choice, Candidate? live = null)
    {
        var newestTuned = candidates.Where(c => c is { Rung: Rung.Tuned, VersionId: not null }).MaxBy(c => c.CreatedAt);
        var version = newestTuned is null
            ? versions.FirstOrDefault(v => v.Id == choice?.VersionId) ?? versions.MaxBy(v => v.Number)
            : versions.FirstOrDefault(v => v.Id == newestTuned.VersionId);
        var options = candidates.Where(c => version is not null && (CanBeJudged(c, version) || IsKnownLive(c, live)))
            .Select(c => new CandidateOption(c, ValidationOf(c, version!, validation))).ToList();
        var prompts = options.Where(o => !o.IsTuned).ToList();
        var baseline = prompts.FirstOrDefault(o => o.Candidate.Id == choice?.CandidateId)
            ?? prompts.Where(o => o.Validation is not null).MaxBy(o => o.Validation!.Score) ?? prompts.FirstOrDefault();
        var tuned = options.Where(o => o.IsTuned && o.Candidate.Id != live?.Id).OrderByDescending(o => o.Candidate.CreatedAt).Take(MostCandidates).Select(o => o.Candidate.Id);
        var standing = options.Where(o => o.Candidate.Id == live?.Id).Select(o => o.Candidate.Id);
        return new EvaluationSetup(project, version, SealedWear.None, options, baseline?.Candidate.Id, [.. tuned, .. standing]) { Live = live };
    }

    /// <summary>Its rows went into it: as training rows, or as examples of its prompt.</summary>
    internal static bool HasSeenRows(Candidate candidate) => candidate.Rung is Rung.Tuned or Rung.FewShot;

    private static bool CanBeJudged(Candidate candidate, DatasetVersion version) => !HasSeenRows(candidate) || candidate.VersionId == version.Id;

    private static bool IsKnownLive(Candidate candidate, Candidate? live) => candidate.Id == live?.Id && candidate.VersionId is not null;

    private static RunMetrics? ValidationOf(Candidate candidate, DatasetVersion version, IReadOnlyList<RunRow> runs) =>
        runs.FirstOrDefault(r => r.Candidate.Id == candidate.Id && r.Run.VersionId == version.Id && r.Run.Metrics is not null)?.Run.Metrics;
}
