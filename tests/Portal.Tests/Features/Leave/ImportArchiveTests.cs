using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Leave;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Features.Leave;

public sealed class ImportArchiveTests(EvaluatedOrganization source) : IClassFixture<EvaluatedOrganization>
{
    /// <summary>Columns that are not the same afterwards, by table, and why.</summary>
    private static readonly Dictionary<string, string[]> s_different = new()
    {
        ["ApiKey"] = ["revokedAt", "revokedByName"],
        ["Candidate"] = ["modelName"],
        ["Checkpoint"] = ["endpoint"],
        ["DatasetImport"] = ["blobName"],
        ["MediaFile"] = ["blobName"],
        ["Deployment"] = ["state", "endedAt", "isImported"],
        ["Endpoint"] = ["liveDeploymentId"],
        ["Reservation"] = ["state", "endedAt"],
        ["TuningJob"] = ["state", "stateSince", "problem", "endedAt", "filesDeletedAt", "slot", "vendorName", "trainUri"],
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_IntoAnEmptyOrganization_HasEveryRowAndEveryFigureAgain(bool sameInstallation)
    {
        using var elsewhere = sameInstallation ? null : new LeaveRig();
        var kit = new ImportKit(elsewhere ?? source.Rig);
        await kit.FoundAsync();

        var checkedOne = await kit.UploadAsync(source.Archive);

        Assert.True(checkedOne.State is ArchiveImportState.Ready, checkedOne.Failure);
        Assert.Equal(["Triage"], checkedOne.Preview!.Projects);
        Assert.Equal((1L, 2), (checkedOne.Preview.Count("EvaluationRun"), checkedOne.Preview.Usage.Count));
        Assert.Empty(await kit.LeftAsync());
        var done = await kit.ConfirmAsync(checkedOne.Id);
        Assert.True(done.State is ArchiveImportState.Done, done.Failure);
        Assert.Equal((2, 2, 1, 2), (done.Report!.Versions, done.Report.Runs, done.Report.Evaluations, done.Report.Sums));
        Assert.Empty(done.Report.Older);
        await AssertEqualAsync(new ArchiveCopy(source.Archive), new ArchiveCopy(await kit.ExportAsync()));
        await AssertAsleepAsync(kit);
    }

    [Fact]
    public async Task Import_OfWhatWasImported_KeepsBothLogsAndTheUsageApart()
    {
        using var rig = new LeaveRig();
        var (first, second) = (new ImportKit(rig), new ImportKit(rig));
        await first.FoundAsync();
        await second.FoundAsync();
        Assert.Equal(ArchiveImportState.Done, (await first.ConfirmAsync((await first.UploadAsync(source.Archive)).Id)).State);
        var between = await first.ExportAsync();

        var again = await second.UploadAsync(between);
        Assert.True(again.State is ArchiveImportState.Ready, again.Failure);
        again = await second.ConfirmAsync(again.Id);

        Assert.True(again.State is ArchiveImportState.Done, again.Failure);
        var logs = await rig.ReadAsync(second.TenantId, db => db.ImportedAuditLogs.Select(l => l.SourceId).ToListAsync());
        Assert.Equal(new[] { EvaluatedOrganization.TenantId, first.TenantId }.Order(), logs.Order());
        Assert.Equal(new ArchiveCopy(source.Archive).Manifest["usage"]!.ToJsonString(), new ArchiveCopy(await second.ExportAsync()).Manifest["usage"]!.ToJsonString());
        Assert.Equal("former:projects/1/locations/us-central1/tuningJobs/7", await rig.ReadAsync(second.TenantId, db => db.TuningJobs.Select(j => j.VendorName).SingleAsync()));
    }

    [Fact]
    public async Task Import_KilledAtEveryContextAndSave_EndsWholeAndLeavesNoFileOver()
    {
        using var rig = new LeaveRig();
        var kit = new ImportKit(rig);
        await kit.FoundAsync();
        var import = await kit.UploadAsync(source.Archive);
        await using (var owner = kit.AsOwner())
        {
            await owner.ServiceProvider.GetRequiredService<ImportService>().ConfirmAsync(import.Id, await rig.SignInAsync(kit.UserId), LeaveRig.Ct);
        }

        var deaths = 0;
        for (var lives = 1; (await kit.ReadAsync(import.Id)).State is not ArchiveImportState.Done; lives += 3)
        {
            Assert.True(lives < 400, "It does not come to its end.");
            var left = lives;
            rig.OnContext = rig.OnSave = () =>
            {
                if (--left < 0)
                {
                    deaths++;
                    throw new OperationCanceledException("The process died.");
                }
            };
            await rig.ReadAsync(kit.TenantId, db => db.OrganizationImports.ExecuteUpdateAsync(set => set.SetProperty(i => i.Attempts, 0)));
            await Record.ExceptionAsync(() => kit.WorkAsync(import.Id));
            rig.OnContext = rig.OnSave = () => { };
            var now = await kit.ReadAsync(import.Id);
            Assert.True(now.State is ArchiveImportState.Importing or ArchiveImportState.Done, now.Failure);
            Assert.Equal(now.State is ArchiveImportState.Done, (await kit.LeftAsync()).Count > 0);
            rig.Time.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.True(deaths > 5, $"It died only {deaths} times.");
        // The uploaded file and the audit log; the archive itself has gone.
        Assert.Equal(2, kit.Blobs().Length);
    }

    [Fact]
    public async Task Import_IsForOwnersWhoSignedInJustNow_AndForAnEmptyOrganization()
    {
        using var rig = new LeaveRig();
        var kit = new ImportKit(rig);
        await kit.FoundAsync();
        await using (var admin = rig.As(kit.TenantId, MemberRole.Admin))
        {
            var theirs = admin.ServiceProvider.GetRequiredService<ImportService>();
            await Assert.ThrowsAsync<ForbiddenException>(() => theirs.BeginAsync("a.zip", 10, LeaveRig.Ct));
            await Assert.ThrowsAsync<ForbiddenException>(() => theirs.ConfirmAsync("oim_1", null, LeaveRig.Ct));
            Assert.Null(await theirs.FindAsync(LeaveRig.Ct));
        }

        var import = await kit.UploadAsync(source.Archive);
        await using var owner = kit.AsOwner();
        var imports = owner.ServiceProvider.GetRequiredService<ImportService>();
        var stale = await Assert.ThrowsAsync<PortalException>(() => imports.ConfirmAsync(import.Id, "none", LeaveRig.Ct));
        Assert.Contains("Sign in again", stale.Message, StringComparison.Ordinal);
        var second = await Assert.ThrowsAsync<PortalException>(() => imports.BeginAsync("b.zip", 10, LeaveRig.Ct));
        Assert.Contains("is being imported already", second.Message, StringComparison.Ordinal);
        await using (var stranger = rig.As(await rig.AddOrganizationAsync("stranger")))
        {
            await Assert.ThrowsAsync<NotFoundException>(() => stranger.ServiceProvider.GetRequiredService<ImportService>().DiscardAsync(import.Id, LeaveRig.Ct));
        }

        await rig.ReadAsync(kit.TenantId, async db =>
        {
            db.Add(new UsageEvent { ProjectId = "prj_1", Meter = Meter.InputTokens, Source = UsageSource.Baseline, Quantity = 1, PricePerMillion = 1, AmountMicros = 1, IdempotencyKey = "k", At = db.Now });
            return await db.SaveChangesAsync(LeaveRig.Ct);
        });
        var full = await Assert.ThrowsAsync<PortalException>(async () => await imports.ConfirmAsync(import.Id, await rig.SignInAsync(kit.UserId), LeaveRig.Ct));
        Assert.Contains("Here there is already: 1 usage event", full.Message, StringComparison.Ordinal);
        await imports.DiscardAsync(import.Id, LeaveRig.Ct);
        Assert.Empty(kit.Blobs());
    }

    [Fact]
    public async Task Import_WhoseOwnerIsNoneAnyMoreWhenItBegins_IsRefused()
    {
        using var rig = new LeaveRig();
        var kit = new ImportKit(rig);
        await kit.FoundAsync();
        var import = await kit.UploadAsync(source.Archive);
        await using (var owner = kit.AsOwner())
        {
            await owner.ServiceProvider.GetRequiredService<ImportService>().ConfirmAsync(import.Id, await rig.SignInAsync(kit.UserId), LeaveRig.Ct);
        }

        await rig.ReadAsync(kit.TenantId, db => db.Members.Where(m => m.UserId == kit.UserId).ExecuteUpdateAsync(set => set.SetProperty(m => m.Role, MemberRole.Admin)));
        await kit.WorkAsync(import.Id);

        import = await kit.ReadAsync(import.Id);
        Assert.Equal(ArchiveImportState.Failed, import.State);
        Assert.Contains("may no longer import an organization", import.Failure, StringComparison.Ordinal);
        Assert.Empty(kit.Blobs());
    }

    private static Task AssertEqualAsync(ArchiveCopy before, ArchiveCopy after)
    {
        string[] apart = ["AuditEntry", "AuditHead", "AuditCheckpoint", "FormerMember", "UsageEvent", "ImportedUsage", "ImportedAuditLog", "SealedLook"];
        foreach (var table in before.Manifest["tables"]!.AsArray().Select(t => (string)t!["name"]!).Except(apart))
        {
            Assert.Equal(before.Lines(table).Select(l => Plain(table, l)), after.Lines(table).Select(l => Plain(table, l)));
        }

        // The export itself is a look more.
        Assert.Equal(before.Lines("SealedLook").Length + 2, after.Lines("SealedLook").Length);
        Assert.Equal(before.Lines("UsageEvent").Select(l => Plain("UsageEvent", l)), after.Lines("ImportedUsage").Select(l => Plain("UsageEvent", l)));
        Assert.Equal(before.Manifest["usage"]!.ToJsonString(), after.Manifest["usage"]!.ToJsonString());
        Assert.Empty(after.Lines("UsageEvent"));
        Assert.NotEmpty(before.Lines("FormerMember"));
        Assert.Empty(after.Lines("FormerMember"));
        // The log came as it was, byte for byte, beside the log of whoever took it in.
        var log = after.Row("ImportedAuditLog");
        var path = (string)after.Manifest["sources"]!.AsArray().Single(s => (string?)s!["blobName"] == (string?)log["blobName"])!["path"]!;
        Assert.Equal(before.Files["tables/AuditEntry.jsonl"], after.Files[path]);
        Assert.Equal(EvaluatedOrganization.TenantId, (string?)log["sourceId"]);
        Assert.Equal(before.Files[(string)before.Manifest["sources"]![0]!["path"]!], after.Files[(string)after.Manifest["sources"]!.AsArray().Single(s => (string?)s!["path"] != path)!["path"]!]);
        return Task.CompletedTask;
    }

    private static string Plain(string table, string line)
    {
        var row = JsonNode.Parse(line)!.AsObject();
        foreach (var column in row.Select(c => c.Key).Where(c => c.EndsWith("UserId", StringComparison.Ordinal) || s_different.GetValueOrDefault(table, []).Contains(c)).ToList())
        {
            row.Remove(column);
        }

        return row.ToJsonString();
    }

    /// <summary>Nothing runs, answers, costs or lets anybody in that did so where the archive comes from.</summary>
    private static async Task AssertAsleepAsync(ImportKit kit)
    {
        await using var db = kit.Rig.Database.For(kit.TenantId).CreateDbContext();
        var job = await db.TuningJobs.SingleAsync(LeaveRig.Ct);
        Assert.Equal((TuningJobState.Cancelled, job.Id, "former:projects/1/locations/us-central1/tuningJobs/7", ImportRules.FormerUserId), (job.State, job.Slot, job.VendorName, job.StartedByUserId));
        Assert.NotNull(job.FilesDeletedAt);
        var deployment = await db.Deployments.SingleAsync(LeaveRig.Ct);
        Assert.Equal((DeploymentState.Undeployed, false), (deployment.State, deployment.CanComeBack));
        Assert.Null((await db.Endpoints.SingleAsync(LeaveRig.Ct)).LiveDeploymentId);
        Assert.NotNull((await db.ApiKeys.SingleAsync(LeaveRig.Ct)).RevokedAt);
        Assert.False(await db.ApiKeyIndex.AnyAsync(k => k.TenantId == kit.TenantId, LeaveRig.Ct));
        Assert.Equal((0, 1), (await db.Reservations.CountAsync(r => r.State == ReservationState.Held, LeaveRig.Ct), await db.Reservations.CountAsync(r => r.State == ReservationState.Released, LeaveRig.Ct)));
        Assert.Equal(0, await db.UsageEvents.CountAsync(LeaveRig.Ct));
        var tuned = await db.Candidates.SingleAsync(c => c.Rung == Rung.Tuned, LeaveRig.Ct);
        Assert.Throws<PortalException>(() => Candidate.RefuseFormer(tuned.ModelName));
        Assert.Equal(1, await db.Members.CountAsync(m => m.TenantId == kit.TenantId, LeaveRig.Ct));
        Assert.True((await db.VerifyAuditAsync(LeaveRig.Ct)).IsIntact);
        Assert.Contains(await db.Set<AuditEntry>().Select(e => e.Action).ToListAsync(LeaveRig.Ct), a => a is "archive.imported");
        // The sweep finds nothing of it to do: what it wakes is only what others left.
        kit.Rig.Work.Enqueued.Clear();
        await kit.Rig.SweepAsync();
        Assert.DoesNotContain(kit.Rig.Work.Enqueued, j => j.Args is [string tenantId, ..] && tenantId == kit.TenantId);
    }
}
