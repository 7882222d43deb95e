using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluationSetupTests
{
    private static readonly DateTime s_start = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly ProjectDetail s_project = new(new Project { CreatedByUserId = "u" }, new TaskDefinition { ProjectId = "p" });

    [Fact]
    public void Of_AModelTunedBeforeTheNewestVersion_IsJudgedOnItsOwn()
    {
        // The sealed rows of a version may be training rows of another one.
        DatasetVersion[] versions = [Version(1, day: 1), Version(2, day: 10)];
        var tuned = Candidate(Rung.Tuned, "job", day: 5);
        var setup = EvaluationSetup.Of(s_project, versions, [Candidate(Rung.Prompt, "v", day: 2), tuned], [], null);

        Assert.Equal(1, setup.Version?.Number);
        Assert.Contains(setup.Options, o => o.Candidate == tuned);
    }

    [Fact]
    public void Of_ModelsTunedOnDifferentVersions_OffersThoseOfTheNewestAlone()
    {
        var (old, recent) = (Candidate(Rung.Tuned, "job 1", day: 5), Candidate(Rung.Tuned, "job 2", day: 12));

        var setup = EvaluationSetup.Of(s_project, [Version(1, day: 1), Version(2, day: 10)], [old, recent], [], null);

        Assert.Equal(2, setup.Version?.Number);
        Assert.Equal([recent], setup.Options.Select(o => o.Candidate));
    }

    [Fact]
    public void Of_APromptWithExamplesOfAnotherVersion_IsNotOffered()
    {
        var versions = new[] { Version(1, day: 1) };

        var setup = EvaluationSetup.Of(s_project, versions, [Candidate(Rung.FewShot, "elsewhere", day: 2), Candidate(Rung.FewShot, versions[0].Id, day: 2)], [], null);

        Assert.Equal(versions[0].Id, Assert.Single(setup.Options).Candidate.SourceId);
    }

    [Fact]
    public void Of_ProjectWithoutAnything_HasNothingToPropose()
    {
        var setup = EvaluationSetup.Of(s_project, [], [], [], null);

        Assert.Null(setup.Version);
        Assert.Null(setup.BaselineId);
        Assert.Empty(setup.Options);
    }

    private static Candidate Candidate(Rung rung, string source, int day) => new()
    {
        ProjectId = "p", Name = $"{rung} {source}", Rung = rung, BaseModelId = "m", ModelName = "m", RecipeId = "r", SourceId = source, Key = source, CreatedAt = s_start.AddDays(day),
    };

    private static DatasetVersion Version(int number, int day)
    {
        var version = new DatasetVersion { ProjectId = "p", Number = number, StartedAt = s_start.AddDays(day) };
        version.Freeze(new VersionTotals(80, 10, 10, 3, 0, "", ""), s_start.AddDays(day));
        return version;
    }
}
