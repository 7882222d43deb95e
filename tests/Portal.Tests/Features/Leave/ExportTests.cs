using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Features.Leave;

public sealed partial class ExportTests : IDisposable
{
    private const string Canary = "cnry7";

    private readonly LeaveRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Export_OfAFullOrganization_HasEveryRowOfEveryTableAndNoSecret()
    {
        var (own, other) = (await _rig.AddOrganizationAsync("own"), await _rig.AddOrganizationAsync("other"));
        await CanaryRows.PlantAsync(_rig.Database, own, Canary);
        await CanaryRows.PlantAsync(_rig.Database, other, "theirs");

        var export = await _rig.ExportAsync(own);

        Assert.True(export.State is ExportState.Ready, export.Failure);
        await using var bytes = await _rig.DownloadAsync(own, export.Id);
        Assert.Equal(export.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())));
        using var zip = new ZipArchive(bytes);
        var manifest = Read(zip);
        await using var db = _rig.Database.For(own).CreateDbContext();
        var tables = ArchiveContent.TablesOf(db.Model);
        Assert.True(tables.Count > 25);
        foreach (var table in tables)
        {
            var text = Text(zip, ArchiveContent.PathOf(table));
            Assert.Equal(manifest.Tables.Single(t => t.Name == table.ClrType.Name).Rows, text.Split('\n').Length - 1);
            foreach (var column in ArchiveContent.ColumnsOf(table).Where(c => c.ClrType == typeof(string) && c.GetMaxLength() >= Canary.Length && !c.IsForeignKey() && c.Name is not "Id" && table.ClrType != typeof(AuditHead)))
            {
                Assert.True(text.Contains($"\"{JsonNamingPolicy.CamelCase.ConvertName(column.Name)}\":\"{Canary}\"", StringComparison.Ordinal), $"{table.ClrType.Name}.{column.Name} is missing: {text}");
            }

            Assert.DoesNotContain("theirs", text, StringComparison.Ordinal);
            Assert.DoesNotContain(own, text, StringComparison.Ordinal);
        }

        foreach (var secret in new[] { "tables/RedactionKey.jsonl", "tables/RedactedValue.jsonl", "tables/OutgoingMail.jsonl" })
        {
            Assert.Null(zip.GetEntry(secret));
        }

        Assert.DoesNotContain("\"hash\"", Text(zip, "tables/ApiKey.jsonl"), StringComparison.Ordinal);
        Assert.DoesNotContain("\"tokenHash\"", Text(zip, "tables/Invitation.jsonl"), StringComparison.Ordinal);
        Assert.Contains("owner@own.example", Text(zip, "people/members.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("owner@other.example", Text(zip, "people/members.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_NamesEveryFileWithItsHash_AndHoldsUploadsByteForByte()
    {
        var own = await _rig.AddOrganizationAsync("own");
        await CanaryRows.PlantAsync(_rig.Database, own, Canary);
        var upload = Encoding.UTF8.GetBytes("text,label\nhello,world\n");
        // A file on its way is no part of an archive, and so none that is missing in it.
        await _rig.ReadAsync(own, async db =>
        {
            db.Uploads.Add(new Upload { ProjectId = await db.Projects.Select(p => p.Id).SingleAsync(LeaveRig.Ct), FileName = "half.csv", Length = 10, PartBytes = 5, BlobName = "upload/half", StartedAt = db.Now });
            return await db.SaveChangesAsync(LeaveRig.Ct);
        });
        await using (var owner = _rig.As(own))
        {
            await owner.ServiceProvider.GetRequiredService<BlobStore>().WriteAsync(Canary, new MemoryStream(upload), 1_000, LeaveRig.Ct);
        }

        await using var bytes = await _rig.DownloadAsync(own, (await _rig.ExportAsync(own)).Id);
        using var zip = new ZipArchive(bytes);
        var manifest = Read(zip);

        Assert.Equal(zip.Entries.Select(e => e.FullName).Where(n => n is not ArchiveManifest.Path).Order(), manifest.Files.Select(f => f.Path).Order());
        foreach (var file in manifest.Files)
        {
            var content = Bytes(zip, file.Path);
            Assert.Equal((file.Bytes, file.Sha256), (content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        }

        Assert.Equal(upload, Bytes(zip, manifest.Sources.Single(s => s.BlobName == Canary).Path));
        Assert.Empty(manifest.Missing);
        Assert.Equal(own, manifest.Organization.Id);
    }

    [Fact]
    public async Task Export_OfFrozenVersions_CountsAsOneLookAtEachSealedSplit()
    {
        var own = await _rig.AddOrganizationAsync("own");
        await CanaryRows.PlantAsync(_rig.Database, own, Canary);
        await _rig.ReadAsync(own, db => db.DatasetVersions.ExecuteUpdateAsync(set => set.SetProperty(v => v.State, VersionState.Frozen)));

        var export = await _rig.ExportAsync(own);

        var looks = await _rig.ReadAsync(own, db => db.SealedLooks.Where(l => l.Reason.Contains(export.Id)).ToListAsync());
        Assert.Equal(("Olivia", "usr_1"), (Assert.Single(looks).UserName, looks[0].UserId));
        using var zip = new ZipArchive(await _rig.DownloadAsync(own, export.Id));
        Assert.Contains(export.Id, Text(zip, "tables/SealedLook.jsonl"), StringComparison.Ordinal);
        Assert.Contains("\"sha256\":\"", Text(zip, "tables/FrozenExample.jsonl"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_AskedForTwice_IsWrittenOnce()
    {
        var own = await _rig.AddOrganizationAsync("own");
        await using var owner = _rig.As(own);
        var exports = owner.ServiceProvider.GetRequiredService<ExportService>();

        var first = await exports.StartAsync(LeaveRig.Ct);

        await Assert.ThrowsAsync<PortalException>(() => exports.StartAsync(LeaveRig.Ct));
        await _rig.WorkAsync<ExportWorker>(w => w.RunAsync(own, first.Id, LeaveRig.Ct));
        await exports.StartAsync(LeaveRig.Ct);
    }

    [Theory]
    [InlineData(MemberRole.Admin)]
    [InlineData(MemberRole.Editor)]
    [InlineData(MemberRole.Billing)]
    public async Task Export_ByOthersThanOwners_IsRefusedAndShowsNothing(MemberRole role)
    {
        var own = await _rig.AddOrganizationAsync("own");
        var export = await _rig.ExportAsync(own);
        await using var member = _rig.As(own, role);
        var exports = member.ServiceProvider.GetRequiredService<ExportService>();

        await Assert.ThrowsAsync<ForbiddenException>(() => exports.StartAsync(LeaveRig.Ct));
        await Assert.ThrowsAsync<ForbiddenException>(() => exports.OpenAsync(export.Id, "", LeaveRig.Ct));
        await Assert.ThrowsAsync<ForbiddenException>(() => exports.DeleteAsync(export.Id, LeaveRig.Ct));
        Assert.Empty(await exports.ListAsync(LeaveRig.Ct));
    }

    [Fact]
    public async Task Open_OfAnotherOrganizationsExport_IsNotFound()
    {
        var (own, other) = (await _rig.AddOrganizationAsync("own"), await _rig.AddOrganizationAsync("other"));
        var export = await _rig.ExportAsync(other);
        await using var owner = _rig.As(own);

        await Assert.ThrowsAsync<NotFoundException>(() => owner.ServiceProvider.GetRequiredService<ExportService>().OpenAsync(export.Id, "", LeaveRig.Ct));
    }

    [Fact]
    public async Task Open_StandsInTheLogWithItsRange()
    {
        var own = await _rig.AddOrganizationAsync("own");
        var export = await _rig.ExportAsync(own);
        await using var owner = _rig.As(own);

        await (await owner.ServiceProvider.GetRequiredService<ExportService>().OpenAsync(export.Id, "bytes=5-", LeaveRig.Ct)).Content.DisposeAsync();

        var log = await _rig.ReadAsync(own, db => db.Set<AuditEntry>().OrderBy(e => e.Sequence).Select(e => e.Action + ": " + e.Details).ToListAsync());
        Assert.Equal(["export.asked: ", "export.downloaded: A part of it: bytes=5-"], log);
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("bytes=10-19", 206)]
    [InlineData("bytes=999999999-", 416)]
    public async Task Download_OfARange_GivesThatPart(string? range, int status)
    {
        var own = await _rig.AddOrganizationAsync("own");
        var export = await _rig.ExportAsync(own);
        var whole = (await _rig.DownloadAsync(own, export.Id)).ToArray();
        await using var owner = _rig.As(own);
        var http = new DefaultHttpContext { RequestServices = owner.ServiceProvider, Response = { Body = new MemoryStream() } };
        http.Request.Method = "GET";
        if (range is not null)
        {
            http.Request.Headers.Range = range;
        }

        var result = await LeaveApi.DownloadAsync("own", export.Id, http.Request, owner.ServiceProvider.GetRequiredService<ExportService>(), LeaveRig.Ct);
        await result.ExecuteAsync(http);

        var body = ((MemoryStream)http.Response.Body).ToArray();
        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal(status switch { 200 => whole, 206 => whole[10..20], _ => [] }, body);
        Assert.Equal($"\"{export.Sha256}\"", http.Response.Headers.ETag.ToString());
        Assert.Contains("own-2026-11-25.zip", http.Response.Headers.ContentDisposition.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WhoseWorkerWasKilled_IsSweptAndWrittenByTheNext()
    {
        var own = await _rig.AddOrganizationAsync("own");
        await using var owner = _rig.As(own);
        var exports = owner.ServiceProvider.GetRequiredService<ExportService>();
        var export = await exports.StartAsync(LeaveRig.Ct);
        // As a killed worker leaves it: claimed, with a file begun.
        var until = _rig.Now.AddMinutes(1);
        await owner.ServiceProvider.GetRequiredService<BlobStore>().WriteAsync("export/left", new MemoryStream([1]), 10, LeaveRig.Ct);
        await _rig.ReadAsync(own, db => db.OrganizationExports.ExecuteUpdateAsync(set => set
            .SetProperty(e => e.LeaseToken, "dead").SetProperty(e => e.LeaseUntil, until).SetProperty(e => e.BlobName, "export/left")));
        await _rig.WorkAsync<ExportWorker>(w => w.RunAsync(own, export.Id, LeaveRig.Ct));
        Assert.Equal(ExportState.Writing, (await exports.ListAsync(LeaveRig.Ct))[0].State);
        Assert.Equal(0, await _rig.SweepAsync());

        _rig.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await _rig.SweepAsync());
        await _rig.WorkAsync<ExportWorker>(w => w.RunAsync(own, export.Id, LeaveRig.Ct));

        Assert.Equal(ExportState.Ready, (await exports.ListAsync(LeaveRig.Ct))[0].State);
        Assert.False(owner.ServiceProvider.GetRequiredService<BlobStore>().Exists("export/left"));
    }

    [Fact]
    public async Task Export_WhoseTimeIsOver_LosesItsFile()
    {
        var own = await _rig.AddOrganizationAsync("own");
        var export = await _rig.ExportAsync(own);
        _rig.Time.Advance(TimeSpan.FromDays(7.1));

        await using var owner = _rig.As(own);
        var exports = owner.ServiceProvider.GetRequiredService<ExportService>();
        await Assert.ThrowsAsync<PortalException>(() => exports.OpenAsync(export.Id, "", LeaveRig.Ct));
        Assert.Equal(1, await _rig.SweepAsync());
        await _rig.WorkAsync<ExportWorker>(w => w.ClearAsync(own, export.Id, LeaveRig.Ct));

        Assert.Equal(ExportState.Expired, (await exports.ListAsync(LeaveRig.Ct))[0].State);
        Assert.Empty(Directory.EnumerateFiles(_rig.BlobsOf(own), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Export_LargerThanAllowed_FailsWithTheReasonAndLeavesNoFile()
    {
        var own = await _rig.AddOrganizationAsync("own");
        _rig.Options.MaxArchiveBytes = 2_000;

        var export = await _rig.ExportAsync(own);

        Assert.Equal(ExportState.Failed, export.State);
        Assert.Contains("Leave:MaxArchiveBytes", export.Failure, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_rig.BlobsOf(own), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Export_OnAFullDisk_SaysSo()
    {
        var own = await _rig.AddOrganizationAsync("own");
        _rig.Options.KeepFreeBytes = 1L << 44;

        var export = await _rig.ExportAsync(own);

        Assert.Equal(ExportState.Failed, export.State);
        Assert.Contains("no room", export.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryColumnThatSoundsLikeASecret_IsWithheldOrSaidToBeNone()
    {
        string[] known =
        [
            "AuditEntry.Hash", "AuditEntry.PreviousHash", "AuditHead.Hash", "AuditCheckpoint.Hash", "Candidate.Key", "DatasetVersion.ContentHash", "ErasedRow.Hash", "Example.GroupKey",
            "ImportedAuditLog.EndHash", "ImportedAuditLog.StartHash", "ImportedUsage.IdempotencyKey", "Recipe.ContentHash", "TokenCount.InstructionHash", "UsageEvent.IdempotencyKey",
        ];
        using var db = new SqliteDesign().CreateDbContext([]);
        var sounding = ArchiveContent.TablesOf(db.Model)
            .SelectMany(t => ArchiveContent.ColumnsOf(t).Where(c => c.ClrType == typeof(string) && Secret.IsMatch(c.Name)).Select(c => $"{t.ClrType.Name}.{c.Name}")).ToList();

        Assert.Equal(known.Order(), sounding.Order());
    }

    [Fact]
    public void Withheld_NamesOnlyWhatIsThere()
    {
        using var db = new SqliteDesign().CreateDbContext([]);
        var there = db.Model.GetEntityTypes().SelectMany(e => e.GetProperties().Select(p => $"{e.ClrType.Name}.{p.Name}").Append(e.ClrType.Name)).ToHashSet();

        Assert.Empty(ArchiveContent.Withheld.Keys.Except(there));
        Assert.DoesNotContain(db.Model.GetEntityTypes().SelectMany(e => e.GetProperties()), p => p.IsShadowProperty());
    }

    private static ArchiveManifest Read(ZipArchive zip) => JsonSerializer.Deserialize<ArchiveManifest>(Bytes(zip, ArchiveManifest.Path), ArchiveManifest.Json)!;

    private static string Text(ZipArchive zip, string path) => Encoding.UTF8.GetString(Bytes(zip, path));

    private static byte[] Bytes(ZipArchive zip, string path)
    {
        using var content = zip.GetEntry(path)!.Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    [GeneratedRegex("(Hash|Token|Secret|Protected|Session|Password|Key|Lookup)$", RegexOptions.NonBacktracking)]
    private static partial Regex Secret { get; }
}
