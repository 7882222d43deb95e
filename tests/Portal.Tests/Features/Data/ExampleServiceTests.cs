using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class ExampleServiceTests : IDisposable
{
    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task LatestVersion_NewerOneStillFreezing_ReturnsTheFrozenOne()
    {
        var frozen = await FreezeAsync(number: 1);
        await using (var db = _database.CreateDbContext())
        {
            db.DatasetVersions.Add(new DatasetVersion { ProjectId = frozen.ProjectId, Number = 2, StartedAt = db.Now });
            await db.SaveChangesAsync();
        }

        var latest = await Service(_database).LatestVersionAsync(frozen.ProjectId, CancellationToken.None);

        Assert.Equal(frozen.Id, latest?.Id);
        Assert.Null(await Service(_database).LatestVersionAsync("prj_none", CancellationToken.None));
    }

    [Fact]
    public async Task Read_InPages_GivesEachRowOnceInOrder()
    {
        var version = await FreezeAsync(number: 1);
        var service = Service(_database);
        List<int> seen = [];
        for (IReadOnlyList<VersionExample> page; (page = await service.ReadAsync(version.Id, Split.Train, seen.LastOrDefault(), 3, CancellationToken.None)).Count > 0;)
        {
            seen.AddRange(page.Select(e => e.Number));
        }

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], seen);
        Assert.Equal([9], (await service.ReadAsync(version.Id, Split.Validation, 0, 100, CancellationToken.None)).Select(e => e.Number));
    }

    [Fact]
    public async Task Read_TestSplit_IsRefused()
    {
        var version = await FreezeAsync(number: 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Service(_database).ReadAsync(version.Id, Split.Test, 0, 10, CancellationToken.None));
        var sealedRow = Assert.Single(await Service(_database).ReadSealedAsync(version.Id, 0, 10, CancellationToken.None));
        Assert.Equal(10, sealedRow.Number);
    }

    [Fact]
    public async Task RecordLook_Twice_CountsBoth()
    {
        var version = await FreezeAsync(number: 1);
        var service = Service(_database);

        await service.RecordLookAsync(version.Id, "Evaluation of Flash few-shot", CancellationToken.None);
        await service.RecordLookAsync(version.Id, "Evaluation of the tuned model", CancellationToken.None);

        Assert.Equal(2, (await service.CountLooksAsync(version.Id, CancellationToken.None)).Looks);
    }

    [Fact]
    public async Task CountLooks_OfALaterVersion_FollowsTheRowsThatItSealsAgain()
    {
        using var kit = new DataKit();
        var projectId = await kit.CreateProjectAsync();
        var first = await FreezeAsync(60);
        for (var look = 1; look < SealedLook.Allowed; look++)
        {
            await kit.Examples.RecordLookAsync(first.Id, "Failures read", CancellationToken.None);
        }

        var same = await FreezeAsync(60);
        Assert.Equal(new SealedWear(SealedLook.Allowed - 1, 0, 0, 6), await WearAsync(same));
        // An export looks at every version at once, and each row leaves once.
        foreach (var version in new[] { first, same })
        {
            await kit.Examples.RecordLookAsync(version.Id, "Exported with the organization", CancellationToken.None);
        }

        Assert.Equal(new SealedWear(SealedLook.Allowed, 0, 6, 6), await WearAsync(same));
        var more = await WearAsync(await FreezeAsync(80));
        Assert.Equal((new SealedWear(SealedLook.Allowed, 2, 6, 8), true, 4), (more, more.IsWornOut, more.Missing));
        var asMany = await WearAsync(await FreezeAsync(120));
        Assert.Equal((new SealedWear(0, 6, 6, 12), false, 0), (asMany, asMany.IsWornOut, asMany.Missing));

        async Task<DatasetVersion> FreezeAsync(int rows)
        {
            await kit.ImportAsync(projectId, DataKit.Csv(rows));
            await kit.DecideAsync(projectId);
            return await kit.FreezeAsync(projectId);
        }

        Task<SealedWear> WearAsync(DatasetVersion version) => kit.Examples.CountLooksAsync(version.Id, CancellationToken.None);
    }

    [Fact]
    public async Task EveryRead_ByAnotherOrganization_IsNotFound()
    {
        var version = await FreezeAsync(number: 1);
        using var stranger = _database.For("org_other");
        var service = Service(stranger);

        Assert.Null(await service.LatestVersionAsync(version.ProjectId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => service.GetVersionAsync(version.Id, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => service.ReadAsync(version.Id, Split.Train, 0, 10, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => service.ReadSealedAsync(version.Id, 0, 10, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => service.RecordLookAsync(version.Id, "curious", CancellationToken.None));
    }

    private static ExampleService Service(PortalDatabase database) => new(database, new CurrentMember(database.Scope), TimeProvider.System);

    private async Task<DatasetVersion> FreezeAsync(int number)
    {
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1", CreatedAt = db.Now };
        project.Rename("Support");
        db.Projects.Add(project);
        var version = new DatasetVersion { ProjectId = project.Id, Number = number, StartedAt = db.Now };
        db.DatasetVersions.Add(version);
        for (var i = 1; i <= 10; i++)
        {
            var split = i switch { 9 => Split.Validation, 10 => Split.Test, _ => Split.Train };
            db.FrozenExamples.Add(new FrozenExample { VersionId = version.Id, Split = split, Number = i, Input = $"question {i}", Output = "answer" });
        }

        version.Freeze(new VersionTotals(8, 1, 1, 1, new SplitPlan([]), "c0ffee", "5ea1ed"), db.Now);
        await db.SaveChangesAsync();
        return version;
    }
}
