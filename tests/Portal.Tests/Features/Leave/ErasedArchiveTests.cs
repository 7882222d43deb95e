using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Leave;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Leave;

/// <summary>Archives from before and after a person's rows were erased.</summary>
public sealed class ErasedArchiveTests : IAsyncLifetime
{
    private const string Canary = "anna.q7canary@example.com";
    private const string Name = "Frieda Lampe";

    /// <summary>One of them to train on, one sealed, in both versions; and a model that repeats somebody's address in an answer to another row.</summary>
    private readonly EvaluatedOrganization _source = new()
    {
        Says = number => number is 40 ? $" of {Canary}" : "",
        Change = async db =>
        {
            await db.FrozenExamples.Where(e => e.Number == 5 || e.Number == 30).ExecuteUpdateAsync(set => set.SetProperty(e => e.Input, e => e.Input + $" says {Name}"));
        },
        More = services => services.AddScoped<ProjectService>().AddScoped<Redactor>().AddScoped<FreezeWorker>().AddScoped<MediaCleaner>().AddScoped<VersionRenewal>(),
    };

    public async ValueTask InitializeAsync() => await _source.InitializeAsync();

    public async ValueTask DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task Archive_OfAnotherDayThanTheErasure_KeepsItsMarksAndBringsNoRowBack()
    {
        await _source.Rig.ReadAsync(EvaluatedOrganization.TenantId, db => db.TuningJobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.State, TuningJobState.Succeeded)));

        // Nobody's row is gone, only what the models said: figures over these answers cannot be computed again.
        await EraseAsync(Canary);
        var report = (await ImportAsync(await ExportAsync(Canary))).Import.Report;
        Assert.Equal((2, 2, 1), (report?.Versions, report?.Runs, report?.Evaluations));
        Assert.Equal(3, report?.Older.Count(o => o.Contains("some of whose answers were erased", StringComparison.Ordinal)));

        await EraseAsync(Name);
        var (kit, import) = await ImportAsync(await ExportAsync(Name));
        Assert.Equal(3, import.Report?.Versions);
        Assert.Equal(3, import.Report?.Older.Count(o => o.Contains("some of whose rows were erased", StringComparison.Ordinal)));
        Assert.Equal(await ShellsAsync(EvaluatedOrganization.TenantId), await ShellsAsync(kit.TenantId));
        var versions = await VersionsAsync(kit.TenantId);
        Assert.Equal([(1, 2), (2, 2), (3, 0)], versions.Select(v => (v.Number, v.ErasedCount)));
        Assert.Equal((versions[1].Id, versions[1].Count), (versions[2].CopiedFromId, versions[2].Count));
        Assert.Equal(0, await NamedAsync(kit.TenantId));
        var marks = await new CandidateService(_source.Rig.Database.For(kit.TenantId), _source.Rig.Time).ErasedTrainingAsync(_source.ProjectId, LeaveRig.Ct);
        Assert.Equal(1, Assert.Single(marks).Value.Rows);

        // What somebody keeps from before is theirs to answer for: elsewhere it has everything, and where the rows were erased it cannot come in.
        var (former, _) = await ImportAsync(_source.Archive);
        Assert.Equal((4, 0), (await NamedAsync(former.TenantId), await NamedAsync(EvaluatedOrganization.TenantId)));
        await Assert.ThrowsAnyAsync<PortalException>(() => new ImportKit(_source.Rig, EvaluatedOrganization.TenantId, "usr_1").UploadAsync(_source.Archive));
        await Assert.ThrowsAnyAsync<PortalException>(() => kit.UploadAsync(_source.Archive));
        Assert.Equal(0, await NamedAsync(kit.TenantId));
    }

    private async Task EraseAsync(string value)
    {
        var rig = _source.Rig;
        string id;
        await using (var owner = rig.As(EvaluatedOrganization.TenantId))
        {
            var erasures = owner.ServiceProvider.GetRequiredService<PersonErasureService>();
            id = await erasures.SearchAsync(value, PersonMatchMode.Normalized, LeaveRig.Ct);
            await WorkAsync();
            await erasures.ConfirmAsync(id, LeaveRig.Ct);
        }

        for (var turns = 0; await StateAsync() is not PersonErasureState.Erased; turns++)
        {
            Assert.True(turns < 20, "It does not come to its end.");
            await WorkAsync();
            foreach (var freeze in rig.Work.Enqueued.Where(j => j.Type == typeof(FreezeWorker)).Select(j => (string)j.Args[1]).Distinct().ToList())
            {
                await rig.WorkAsync<FreezeWorker>(w => w.RunAsync(EvaluatedOrganization.TenantId, freeze, LeaveRig.Ct));
            }

            rig.Time.Advance(TimeSpan.FromMinutes(3));
        }

        Task WorkAsync() => rig.WorkAsync<PersonErasureWorker>(w => w.RunAsync(EvaluatedOrganization.TenantId, id, LeaveRig.Ct));

        Task<PersonErasureState> StateAsync() => rig.ReadAsync(EvaluatedOrganization.TenantId, db => db.PersonErasures.Where(e => e.Id == id).Select(e => e.State).SingleAsync(LeaveRig.Ct));
    }

    /// <summary>An archive in whose every part the value is nowhere.</summary>
    private async Task<byte[]> ExportAsync(string value)
    {
        var export = await _source.Rig.ExportAsync(EvaluatedOrganization.TenantId);
        var archive = (await _source.Rig.DownloadAsync(EvaluatedOrganization.TenantId, export.Id)).ToArray();
        await using var zip = await ZipArchive.CreateAsync(new MemoryStream(archive), ZipArchiveMode.Read, leaveOpen: false, null, LeaveRig.Ct);
        foreach (var entry in zip.Entries)
        {
            using var text = new StreamReader(await entry.OpenAsync(LeaveRig.Ct));
            Assert.DoesNotContain(value, await text.ReadToEndAsync(LeaveRig.Ct), StringComparison.OrdinalIgnoreCase);
        }

        return archive;
    }

    private async Task<(ImportKit Kit, OrganizationImport Import)> ImportAsync(byte[] archive)
    {
        var kit = new ImportKit(_source.Rig);
        await kit.FoundAsync();
        var read = await kit.UploadAsync(archive);
        Assert.True(read.State is ArchiveImportState.Ready, read.Failure);
        var done = await kit.ConfirmAsync(read.Id);
        Assert.True(done.State is ArchiveImportState.Done, done.Failure);
        return (kit, done);
    }

    private Task<List<(string, Split, int, string, DateTime)>> ShellsAsync(string tenantId) => _source.Rig.ReadAsync(tenantId, async db =>
        (await db.ErasedRows.OrderBy(e => e.VersionId).ThenBy(e => e.Number).ToListAsync(LeaveRig.Ct)).ConvertAll(e => (e.VersionId, e.Split, e.Number, e.Hash, e.ErasedAt)));

    private Task<List<DatasetVersion>> VersionsAsync(string tenantId) => _source.Rig.ReadAsync(tenantId, db => db.DatasetVersions.OrderBy(v => v.Number).ToListAsync(LeaveRig.Ct));

    private Task<int> NamedAsync(string tenantId) => _source.Rig.ReadAsync(tenantId, db => db.FrozenExamples.CountAsync(e => e.Input.Contains(Name), LeaveRig.Ct));
}
