using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexAddressTests
{
    [Theory]
    [InlineData("projects/1/locations/us-central1/endpoints/3", "us-central1-aiplatform.googleapis.com")]
    [InlineData("projects/1/locations/europe-west4/endpoints/3", "europe-west4-aiplatform.googleapis.com")]
    [InlineData("projects/1/locations/global/endpoints/3", "aiplatform.googleapis.com")]
    [InlineData("projects/1/locations/us/endpoints/3", "aiplatform.us.rep.googleapis.com")]
    [InlineData("projects/1/locations/eu/endpoints/3", "aiplatform.eu.rep.googleapis.com")]
    [InlineData("projects/example.com:old/locations/us/endpoints/3", "aiplatform.us.rep.googleapis.com")]
    public async Task Host_OfAName_FollowsItsLocation(string name, string host)
    {
        var google = new FakeGoogle().Answer("{}");
        using var rig = new VertexRig(google);

        await rig.Client().GetEndpointAsync(name, default);

        Assert.Equal($"https://{host}/v1/{name}", google.Calls[0].Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("projects/1/locations/evil.com#/endpoints/3")]
    [InlineData("projects/1/locations/evil.com/endpoints/3")]
    [InlineData("projects/1/locations/u@evil/endpoints/3")]
    [InlineData("projects/1/locations/US/endpoints/3")]
    [InlineData("projects/1/locations/us/endpoints/../models/3")]
    [InlineData("projects/1/locations/us/endpoints/3?x=1")]
    [InlineData("projects/1/locations/us/endpoints/3:undeployModel")]
    [InlineData("projects/1/locations/us/endpoints/3%2F4")]
    [InlineData("projects/1/locations/us/endpoints")]
    [InlineData("projects/1/locations/us/endpoints/3\n")]
    [InlineData("/projects/1")]
    public async Task Name_ThatWouldBendTheAddress_IsRefusedBeforeTheTokenLeaves(string name)
    {
        var google = new FakeGoogle();
        using var rig = new VertexRig(google);

        await Assert.ThrowsAsync<ArgumentException>(() => rig.Client().GetEndpointAsync(name, default));

        Assert.Empty(google.Calls);
    }

    [Theory]
    [InlineData("gemini-3.5-flash", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/gemini-3.5-flash:countTokens")]
    [InlineData("publishers/google/models/gemini-3.5-flash", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/gemini-3.5-flash:countTokens")]
    [InlineData("endpoints/77", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/endpoints/77:countTokens")]
    [InlineData("projects/9/locations/eu/endpoints/77", "https://aiplatform.eu.rep.googleapis.com/v1/projects/9/locations/eu/endpoints/77:countTokens")]
    public async Task Model_ShortOrFull_IsResolved(string model, string address)
    {
        var google = new FakeGoogle().Answer("""{"totalTokens":4}""");
        using var rig = new VertexRig(google);

        var count = await rig.Client().CountTokensAsync(model, new VertexCountTokensRequest { Contents = [VertexContent.User("hi")] }, default);

        Assert.Equal(4, count.TotalTokens);
        Assert.Equal(address, google.Calls[0].Uri.AbsoluteUri);
        Assert.Equal("""{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""", google.Calls[0].Body);
    }

    [Fact]
    public async Task BaseAddress_Set_ReplacesEveryHostAndNeedsNoToken()
    {
        var google = new FakeGoogle().Answer("{}").Answer("{}");
        using var rig = new VertexRig(google);
        var options = VertexRig.Options with { BaseAddress = new Uri("http://127.0.0.1:5005/google/"), QuotaProject = "payer" };

        await rig.Factory.CreateClient(options).GetModelAsync("projects/1/locations/eu/models/2@1", default);
        await rig.Factory.CreateStorageClient(options).GetObjectAsync("b", "a/ü.jsonl", default);

        Assert.Equal("http://127.0.0.1:5005/google/v1/projects/1/locations/eu/models/2@1", google.Calls[0].Uri.AbsoluteUri);
        Assert.Equal("http://127.0.0.1:5005/google/storage/v1/b/b/o/a%2F%C3%BC.jsonl", google.Calls[1].Uri.AbsoluteUri);
        Assert.False(google.Calls[0].Headers.ContainsKey("Authorization"));
        Assert.Equal("payer", google.Calls[0].Headers["x-goog-user-project"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://sandbox.example")]
    public void NoToken_OutsideThisMachine_IsRefused(string? baseAddress)
    {
        using var rig = new VertexRig();
        var options = VertexRig.Options with { BaseAddress = baseAddress is null ? null : new Uri(baseAddress) };

        Assert.Throws<ArgumentException>(() => rig.Factory.CreateClient(options));
        Assert.Throws<ArgumentException>(() => rig.Factory.CreateStorageClient(options));
    }

    [Fact]
    public async Task PublisherModels_ListedAndRead_UseTheVersionsThatHaveThem()
    {
        var google = new FakeGoogle().Answer("""{"publisherModels":[{"name":"publishers/google/models/a"}]}""").Answer("""{"name":"publishers/google/models/a"}""");
        using var rig = new VertexRig(google);

        var listed = await rig.Client().ListPublisherModelsAsync(default).ToListAsync();
        await rig.Client().GetPublisherModelAsync("a", default);

        Assert.Equal("publishers/google/models/a", Assert.Single(listed).Name);
        Assert.Equal("https://us-central1-aiplatform.googleapis.com/v1beta1/publishers/google/models?pageSize=100", google.Calls[0].Uri.AbsoluteUri);
        Assert.Equal("https://us-central1-aiplatform.googleapis.com/v1/publishers/google/models/a", google.Calls[1].Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("projects/my-project/locations/us/models/5@1", "projects/111/locations/us/models/5", true)]
    [InlineData("projects/p/locations/us/models/5", "projects/p/locations/eu/models/5", false)]
    [InlineData("projects/p/locations/us/models/5", "projects/p/locations/us/endpoints/5", false)]
    [InlineData("projects/p/locations/us/models/5", "projects/p/locations/us/models/6", false)]
    public void SameResource_ByIdOrNumber_IsDecidedByKindLocationAndId(string one, string other, bool same) =>
        Assert.Equal(same, VertexResourceName.Parse(one).IsSameResource(VertexResourceName.Parse(other)));
}
