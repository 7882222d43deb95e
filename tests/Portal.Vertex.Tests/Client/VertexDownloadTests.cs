using System.Net;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexDownloadTests
{
    /// <summary>The check value of CRC-32C, 0xE3069283, over these nine digits.</summary>
    private const string Digits = "123456789";
    private const string DigitsCrc32c = "4waSgw==";

    [Fact]
    public async Task Download_Whole_IsChecked()
    {
        var google = new FakeGoogle().Do(_ => Part(HttpStatusCode.OK, Digits, DigitsCrc32c));
        using var rig = new VertexRig(google);
        var target = new MemoryStream();

        Assert.Equal(9, await rig.Storage().DownloadAsync("b", "a/o", target, default));

        Assert.Equal(Digits, Text(target));
        Assert.Equal("https://storage.googleapis.com/storage/v1/b/b/o/a%2Fo?alt=media", google.Calls[0].Uri.AbsoluteUri);
    }

    [Fact]
    public async Task Download_BreakingInTheMiddle_GoesOnInTheSameGeneration()
    {
        var google = new FakeGoogle()
            .Do(_ => Part(HttpStatusCode.OK, "1234", DigitsCrc32c, new IOException("reset")))
            .Do(_ => Part(HttpStatusCode.PartialContent, "567", DigitsCrc32c, new IOException("reset")))
            .Do(_ => Part(HttpStatusCode.PartialContent, "89", DigitsCrc32c));
        using var rig = new VertexRig(google);
        var target = new MemoryStream();

        await rig.Storage().DownloadAsync("b", "o", target, default);

        Assert.Equal(Digits, Text(target));
        Assert.Equal("?alt=media&generation=5", google.Calls[1].Uri.Query);
        Assert.Equal(["bytes=4-", "bytes=7-"], google.Calls.Skip(1).Select(call => call.Headers["Range"]));
    }

    [Fact]
    public async Task Download_RangeIgnored_IsAFailureRatherThanADoubledBeginning()
    {
        var google = new FakeGoogle()
            .Do(_ => Part(HttpStatusCode.OK, "1234", DigitsCrc32c, new IOException("reset")))
            .Do(_ => Part(HttpStatusCode.OK, Digits, DigitsCrc32c));
        using var rig = new VertexRig(google);
        var target = new MemoryStream();

        await Assert.ThrowsAsync<VertexException>(() => rig.Storage().DownloadAsync("b", "o", target, default));

        Assert.Equal("1234", Text(target));
    }

    [Fact]
    public async Task Download_Damaged_IsAFailure()
    {
        using var rig = new VertexRig(new FakeGoogle().Do(_ => Part(HttpStatusCode.OK, "123456780", DigitsCrc32c)));

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Storage().DownloadAsync("b", "o", new MemoryStream(), default));

        Assert.Equal(VertexErrorStatus.DataLoss, exception.Status);
    }

    [Fact]
    public async Task Download_AlwaysBreaking_EndsWithTheFault()
    {
        var google = new FakeGoogle();
        for (var i = 0; i < 20; i++)
        {
            google.Do(_ => Part(HttpStatusCode.OK, "", DigitsCrc32c, new IOException("reset")));
        }

        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Storage().DownloadAsync("b", "o", new MemoryStream(), default));

        Assert.Equal(VertexErrorStatus.Unreachable, exception.Status);
        Assert.Equal(6, google.Calls.Count);
    }

    [Fact]
    public async Task Delete_OfWhatIsNotThere_IsFalse()
    {
        using var rig = new VertexRig(new FakeGoogle().Answer(HttpStatusCode.NoContent).Answer(HttpStatusCode.NotFound));

        Assert.True(await rig.Storage().DeleteObjectAsync("b", "o", default));
        Assert.False(await rig.Storage().DeleteObjectAsync("b", "o", default));
    }

    [Fact]
    public async Task List_OfSeveralPages_IsFollowedToTheEnd()
    {
        var google = new FakeGoogle()
            .At("/storage/v1/b/b/o?prefix=t%2F", """{"kind":"storage#objects","items":[{"name":"t/1","size":"3"}],"nextPageToken":"n"}""")
            .At("/storage/v1/b/b/o?prefix=t%2F&pageToken=n", """{"kind":"storage#objects"}""");
        using var rig = new VertexRig(google);

        var item = Assert.Single(await rig.Storage().ListObjectsAsync("b", "t/", default).ToListAsync());

        Assert.Equal(("t/1", 3L), (item.Name, item.Size));
    }

    [Fact]
    public async Task Bucket_Created_BelongsToTheProject()
    {
        var google = new FakeGoogle().Answer("""{"name":"t-acme","location":"EU"}""");
        using var rig = new VertexRig(google);

        var bucket = await rig.Storage().CreateBucketAsync(
            new VertexStorageBucket { Name = "t-acme", IamConfiguration = new VertexStorageIamConfiguration { PublicAccessPrevention = "enforced" } }, default);

        Assert.Equal("EU", bucket.Location);
        Assert.Equal(("POST", "/storage/v1/b?project=p"), (google.Calls[0].Method, google.Calls[0].Uri.PathAndQuery));
        Assert.Equal("""{"kind":"storage#bucket","name":"t-acme","iamConfiguration":{"publicAccessPrevention":"enforced"}}""", google.Calls[0].Body);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    public async Task Name_ThatAnAddressWouldSwallow_IsRefused(string name)
    {
        using var rig = new VertexRig(new FakeGoogle());

        await Assert.ThrowsAsync<ArgumentException>(() => rig.Storage().DeleteObjectAsync("b", name, default));
    }

    private static Task<HttpResponseMessage> Part(HttpStatusCode status, string text, string crc32c, Exception? end = null)
    {
        var pieces = text.Select(digit => new[] { (byte)digit });
        var response = new HttpResponseMessage(status) { Content = new StreamContent(new ChunkStream(pieces, end)) };
        response.Headers.Add("x-goog-generation", "5");
        response.Headers.Add("x-goog-hash", $"crc32c={crc32c},md5=AAAA");
        return Task.FromResult(response);
    }

    private static string Text(MemoryStream stream) => System.Text.Encoding.ASCII.GetString(stream.ToArray());
}
