using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Persistence;
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
        DatasetVersion[] versions = [Version(1), Version(2)];
        // The second version was frozen while the first was being trained on: the date of the model says nothing.
        var tuned = Candidate(Rung.Tuned, versions[0], day: 12);
        var setup = EvaluationSetup.Of(s_project, versions, [Candidate(Rung.Prompt, versions[1], day: 2), tuned], [], null);

        Assert.Equal(1, setup.Version?.Number);
        Assert.Contains(setup.Options, o => o.Candidate == tuned);
    }

    [Fact]
    public void Of_ModelsTunedOnDifferentVersions_OffersThoseOfTheNewestAlone()
    {
        DatasetVersion[] versions = [Version(1), Version(2)];
        var (old, recent) = (Candidate(Rung.Tuned, versions[0], day: 5), Candidate(Rung.Tuned, versions[1], day: 12));

        var setup = EvaluationSetup.Of(s_project, versions, [old, recent], [], null);

        Assert.Equal(2, setup.Version?.Number);
        Assert.Equal([recent], setup.Options.Select(o => o.Candidate));
    }

    [Fact]
    public void Of_APromptWithExamplesOfAnotherVersion_IsNotOffered()
    {
        var here = Version(1);

        var setup = EvaluationSetup.Of(s_project, [here], [Candidate(Rung.FewShot, Version(2), day: 2), Candidate(Rung.FewShot, here, day: 2)], [], null);

        Assert.Equal(here.Id, Assert.Single(setup.Options).Candidate.VersionId);
    }

    [Fact]
    public void Of_AModelOfWhichNobodyKnowsWhatItSaw_IsNotOffered()
    {
        var setup = EvaluationSetup.Of(s_project, [Version(1)], [Candidate(Rung.Tuned, null, day: 2)], [], null);

        Assert.Equal(1, setup.Version?.Number);
        Assert.Empty(setup.Options);
    }

    [Fact]
    public void Of_ProjectWithoutAnything_HasNothingToPropose()
    {
        var setup = EvaluationSetup.Of(s_project, [], [], [], null);

        Assert.Null(setup.Version);
        Assert.Null(setup.BaselineId);
        Assert.Empty(setup.Options);
    }

    private static Candidate Candidate(Rung rung, DatasetVersion? version, int day) => new()
    {
        ProjectId = "p", Name = $"{rung} {day}", Rung = rung, BaseModelId = "m", ModelName = "m", RecipeId = "r", VersionId = version?.Id, SourceId = $"{day}", Key = $"{day}", CreatedAt = s_start.AddDays(day),
    };

    private static DatasetVersion Version(int number)
    {
        var version = new DatasetVersion { ProjectId = "p", Number = number, StartedAt = s_start.AddDays(number) };
        version.Freeze(new VersionTotals(80, 10, 10, 3, new SplitPlan([]), "", ""), s_start.AddDays(number));
        // An id comes from the database; these are told apart by what it would give them.
        typeof(TenantOwned).GetProperty(nameof(TenantOwned.Id))!.SetValue(version, $"ver_{number}");
        return version;
    }
}
