using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class UploadTests : IDisposable
{
    private const int PartBytes = 1_024;

    private readonly DataKit _kit = new();
    private readonly byte[] _file = Encoding.UTF8.GetBytes(DataKit.Csv(200));

    public UploadTests() => _kit.Options.PartBytes = PartBytes;

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Parts_InAnyOrderAndTwice_BecomeTheSameFile()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId, Sha256(_file));
        foreach (var number in Enumerable.Range(0, PartCount).Reverse().Append(2).Append(0))
        {
            await PutAsync(projectId, upload.UploadId, number);
        }

        var receipt = await _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None);
        var again = await _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None);

        await using var db = _kit.Database.CreateDbContext();
        var import = await db.DatasetImports.SingleAsync();
        Assert.Equal((receipt, receipt), (again, new UploadReceipt(import.Id, "examples.csv", IsRepeat: false)));
        Assert.Equal((_file.Length, Sha256(_file)), (import.Length, import.Sha256));
        await using var stored = _kit.Blobs.OpenRead(import.BlobName);
        Assert.Equal(Sha256(_file), Convert.ToHexStringLower(await SHA256.HashDataAsync(stored)));
        Assert.Single(Directory.EnumerateFiles(_kit.Database.Folder, "*", SearchOption.AllDirectories), f => f.Contains("blobs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BrokenOff_IsFoundAgainWithWhatIsHere_AndNothingShowsBeforeItIsWhole()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId);
        await PutAsync(projectId, upload.UploadId, 0);
        await PutAsync(projectId, upload.UploadId, 3);

        var resumed = await BeginAsync(projectId);

        Assert.Equal(upload.UploadId, resumed.UploadId);
        Assert.Equal([new HeldPart(0, PartBytes, Sha256(Part(0))), new HeldPart(3, PartBytes, Sha256(Part(3)))], resumed.Parts);
        Assert.Equal(2 * PartBytes, Assert.Single(await _kit.Uploads.ListAsync(projectId, CancellationToken.None)).Received);
        var incomplete = await Assert.ThrowsAsync<PortalException>(() => _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None));
        Assert.Contains($"{PartCount - 2} of {PartCount} parts are not here yet, the first of them part 1", incomplete.Message, StringComparison.Ordinal);
        Assert.Empty((await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Imports);
    }

    [Theory]
    [InlineData(0, 5, "Part 0 has 5 bytes where 1,024 were expected")]
    [InlineData(-1, 5, "There is no part -1")]
    [InlineData(999, 5, "There is no part 999")]
    public async Task Part_ThatCannotBe_IsRefused(int number, int length, string expected)
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId);

        var refused = await Assert.ThrowsAsync<PortalException>(
            () => _kit.Uploads.PutPartAsync(projectId, upload.UploadId, number, new MemoryStream(new byte[length]), null, CancellationToken.None));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Empty((await BeginAsync(projectId)).Parts);
    }

    [Fact]
    public async Task Part_DamagedOnItsWay_IsRefusedAndTheOldOneStays()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId);
        await PutAsync(projectId, upload.UploadId, 0);

        await Assert.ThrowsAsync<PortalException>(
            () => _kit.Uploads.PutPartAsync(projectId, upload.UploadId, 0, new MemoryStream(new byte[PartBytes]), Sha256(Part(0)), CancellationToken.None));

        await SendRestAsync(projectId, upload);
        await _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None);
        await using var db = _kit.Database.CreateDbContext();
        Assert.Equal(Sha256(_file), (await db.DatasetImports.SingleAsync()).Sha256);
    }

    [Fact]
    public async Task Whole_ThatIsNotWhatWasDeclared_IsRefusedAndNothingOfItStays()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId, Sha256([1, 2, 3]));
        await SendRestAsync(projectId, upload);

        var refused = await Assert.ThrowsAsync<PortalException>(() => _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None));

        Assert.Contains("SHA-256", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await _kit.Uploads.ListAsync(projectId, CancellationToken.None));
        Assert.Empty((await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Imports);
    }

    [Fact]
    public async Task SameFileTwice_PointsToTheFirst()
    {
        var projectId = await _kit.CreateProjectAsync();
        var first = await _kit.UploadAsync(projectId, Encoding.UTF8.GetString(_file));
        var upload = await BeginAsync(projectId);
        await SendRestAsync(projectId, upload);

        var receipt = await _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None);

        Assert.Equal((first.ImportId, true), (receipt.ImportId, receipt.IsRepeat));
    }

    [Fact]
    public async Task FinishedTwiceAtOnce_IsOneFile()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId);
        await SendRestAsync(projectId, upload);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _kit.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None))));

        await using var db = _kit.Database.CreateDbContext();
        var import = await db.DatasetImports.SingleAsync();
        Assert.All(receipts, r => Assert.Equal(import.Id, r.ImportId));
        Assert.True(_kit.Blobs.Exists(import.BlobName));
    }

    [Fact]
    public async Task Quota_CountsWhatIsHereAndWhatIsComing()
    {
        var projectId = await _kit.CreateProjectAsync();
        _kit.Options.QuotaBytes = _file.Length * 2;
        await _kit.UploadAsync(projectId, DataKit.Csv(100));
        await BeginAsync(projectId);

        var refused = await Assert.ThrowsAsync<UploadTooLargeException>(() => _kit.Uploads.BeginAsync(projectId, "other.csv", _file.Length, null, CancellationToken.None));

        Assert.Contains("more do not fit", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UploadTooLargeException>(() => _kit.Uploads.ReceiveAsync(projectId, "whole.csv", new MemoryStream(_file), _file.Length, CancellationToken.None));
    }

    [Fact]
    public async Task SomebodyElse_FindsNothing()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId);
        using var stranger = _kit.AsStranger();

        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Uploads.PutPartAsync(projectId, upload.UploadId, 0, new MemoryStream(Part(0)), null, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Uploads.FinishAsync(projectId, upload.UploadId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Uploads.DiscardAsync(projectId, upload.UploadId, CancellationToken.None));
    }

    [Fact]
    public async Task BrokenOffForADay_IsClearedByTheSweep_AYoungerOneIsNot()
    {
        var projectId = await _kit.CreateProjectAsync();
        var upload = await BeginAsync(projectId);
        await PutAsync(projectId, upload.UploadId, 0);
        using var platform = _kit.Database.For(null);
        await using var all = platform.CreateDbContext();
        Assert.Equal(0, await _kit.Sweep.EnqueueLostAsync(all, all.Now, CancellationToken.None));
        await _kit.Uploads.ClearAsync(upload.UploadId, CancellationToken.None);
        Assert.Single(await _kit.Uploads.ListAsync(projectId, CancellationToken.None));

        _kit.Options.UploadKept = TimeSpan.FromSeconds(-1);
        Assert.Equal(1, await _kit.Sweep.EnqueueLostAsync(all, all.Now, CancellationToken.None));
        await _kit.Uploads.ClearAsync(upload.UploadId, CancellationToken.None);

        Assert.Empty(await _kit.Uploads.ListAsync(projectId, CancellationToken.None));
        Assert.DoesNotContain(Directory.EnumerateFiles(_kit.Database.Folder, "*", SearchOption.AllDirectories), f => f.Contains("blobs", StringComparison.Ordinal));
    }

    [Fact]
    public void DiskFull_IsToldApartFromOtherFaults()
    {
        Assert.True(StorageFullException.IsCauseOf(new IOException("No space left on device", 28)));
        Assert.False(StorageFullException.IsCauseOf(new FileNotFoundException()));
        Assert.Throws<StorageFullException>(() => _kit.Blobs.RequireRoom(1L << 60));
    }

    private int PartCount => (_file.Length + PartBytes - 1) / PartBytes;

    private byte[] Part(int number) => _file[(number * PartBytes)..Math.Min(_file.Length, (number + 1) * PartBytes)];

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private Task<OpenUpload> BeginAsync(string projectId, string? sha256 = null) =>
        _kit.Uploads.BeginAsync(projectId, "examples.csv", _file.Length, sha256, CancellationToken.None);

    private Task PutAsync(string projectId, string uploadId, int number) =>
        _kit.Uploads.PutPartAsync(projectId, uploadId, number, new MemoryStream(Part(number)), Sha256(Part(number)), CancellationToken.None);

    private async Task SendRestAsync(string projectId, OpenUpload upload)
    {
        var held = (await _kit.Uploads.GetAsync(projectId, upload.UploadId, CancellationToken.None)).Parts.Select(p => p.Number);
        foreach (var number in Enumerable.Range(0, PartCount).Except(held))
        {
            await PutAsync(projectId, upload.UploadId, number);
        }
    }
}
