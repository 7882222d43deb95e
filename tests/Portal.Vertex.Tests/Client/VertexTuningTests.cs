using System.Net;
using System.Web;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexTuningTests
{
    private const string Jobs = "/v1/projects/p/locations/us-central1/tuningJobs";

    [Fact]
    public async Task List_OfSeveralPages_IsFollowedToTheEnd()
    {
        var google = new FakeGoogle()
            .At($"{Jobs}?pageSize=100", """{"tuningJobs":[{"name":"a"}],"nextPageToken":"t/1"}""")
            .At($"{Jobs}?pageSize=100&pageToken=t%2F1", """{"nextPageToken":"t2"}""")
            .At($"{Jobs}?pageSize=100&pageToken=t2", """{"tuningJobs":[{"name":"b"}]}""");
        using var rig = new VertexRig(google);

        var names = await rig.Client().ListTuningJobsAsync(null, default).Select(job => job.Name).ToListAsync();

        Assert.Equal(["a", "b"], names);
    }

    [Fact]
    public async Task List_RepeatingAPage_Ends()
    {
        var google = new FakeGoogle().Answer("""{"nextPageToken":"t"}""").Answer("""{"nextPageToken":"t"}""");
        using var rig = new VertexRig(google);

        await Assert.ThrowsAsync<VertexException>(() => rig.Client().ListTuningJobsAsync(null, default).ToListAsync().AsTask());
    }

    [Fact]
    public async Task Find_FilterUnderstood_TakesOneCall()
    {
        var google = new FakeGoogle().Answer("""{"tuningJobs":[{"name":"mine","labels":{"run":"r-1"}}]}""");
        using var rig = new VertexRig(google);

        var job = await rig.Client().FindTuningJobByLabelAsync("run", "r-1", default);

        Assert.Equal("mine", job!.Name);
        Assert.Equal("labels.run=\"r-1\"", HttpUtility.ParseQueryString(google.Calls[0].Uri.Query)["filter"]);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, """{"error":{"code":400,"message":"bad filter","status":"INVALID_ARGUMENT"}}""")]
    [InlineData(HttpStatusCode.OK, "{}")]
    [InlineData(HttpStatusCode.OK, """{"tuningJobs":[{"name":"other","labels":{"run":"r-2"}},{"name":"bare"}]}""")]
    public async Task Find_FilterNotUnderstood_LooksAtAllJobs(HttpStatusCode status, string filtered)
    {
        var google = new FakeGoogle().Answer(filtered, status).Answer("""{"tuningJobs":[{"name":"other","labels":{"run":"r-2"}},{"name":"mine","labels":{"run":"r-1"}}]}""");
        using var rig = new VertexRig(google);

        var job = await rig.Client().FindTuningJobByLabelAsync("run", "r-1", default);

        Assert.Equal("mine", job!.Name);
        Assert.Null(HttpUtility.ParseQueryString(google.Calls[1].Uri.Query)["filter"]);
    }

    [Fact]
    public async Task Find_NoSuchLabel_IsNull()
    {
        using var rig = new VertexRig(new FakeGoogle().Answer("{}").Answer("{}"));

        Assert.Null(await rig.Client().FindTuningJobByLabelAsync("run", "r-1", default));
    }

    [Theory]
    [InlineData("run", "x\" OR labels.run:*")]
    [InlineData("", "x")]
    [InlineData("Run", "x")]
    public async Task Find_WhatIsNoLabel_IsRefused(string key, string value)
    {
        using var rig = new VertexRig(new FakeGoogle());

        await Assert.ThrowsAsync<ArgumentException>(() => rig.Client().FindTuningJobByLabelAsync(key, value, default));
    }

    [Fact]
    public async Task Cancel_PostsAnEmptyObject()
    {
        var google = new FakeGoogle().Answer("{}");
        using var rig = new VertexRig(google);

        await rig.Client().CancelTuningJobAsync("projects/1/locations/us-central1/tuningJobs/2", default);

        var call = Assert.Single(google.Calls);
        Assert.Equal(("POST", "/v1/projects/1/locations/us-central1/tuningJobs/2:cancel", "{}"), (call.Method, call.Uri.AbsolutePath, call.Body));
    }

    [Fact]
    public async Task Deploy_GivesAllTrafficToTheNewModel()
    {
        var google = new FakeGoogle().Answer("""{"name":"projects/1/locations/us/endpoints/2/operations/3"}""");
        using var rig = new VertexRig(google);

        await rig.Client().DeployModelAsync("projects/1/locations/us/endpoints/2", new VertexDeployedModel { Model = "projects/1/locations/us/models/4@1", CheckpointId = "2" }, default);

        Assert.Equal(
            """{"deployedModel":{"model":"projects/1/locations/us/models/4@1","checkpointId":"2"},"trafficSplit":{"0":100}}""",
            Assert.Single(google.Calls).Body);
    }
}
