using System.Net;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexErrorTests
{
    private const string Detailed = """
        {"error":{"code":400,"message":"Dataset is not readable.","status":"FAILED_PRECONDITION","details":[
          {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"supervised_tuning_spec.training_dataset_uri","description":"missing"}]},
          {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":"googleapis.com","metadata":{"service":"aiplatform.googleapis.com"}},
          {"@type":"type.googleapis.com/google.rpc.Help","links":[{"url":"https://example.com"}]}]}}
        """;

    [Fact]
    public async Task Body_WithDetails_IsRead() => AssertDetailed(await FailAsync(HttpStatusCode.BadRequest, Detailed));

    [Fact]
    public async Task Body_AsArrayOfOne_IsRead() => AssertDetailed(await FailAsync(HttpStatusCode.BadRequest, $"[{Detailed}]"));

    [Theory]
    [InlineData("<html><title>403</title></html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("{\"error\":\"text\"}")]
    [InlineData("{\"error\":{\"details\":7}}")]
    public async Task Body_WithoutAnError_IsNamedAfterTheHttpStatus(string body)
    {
        var exception = await FailAsync(HttpStatusCode.Forbidden, body);

        Assert.Equal((403, VertexErrorStatus.PermissionDenied), (exception.HttpStatus, exception.Status));
        Assert.NotEqual("", exception.Message);
    }

    [Fact]
    public async Task Aborted_IsTransientForTheCaller()
    {
        var exception = await FailAsync(HttpStatusCode.Conflict, """{"error":{"code":409,"message":"m","status":"ABORTED"}}""");

        Assert.Equal(VertexErrorStatus.Aborted, exception.Status);
        Assert.True(exception.IsTransient);
    }

    [Fact]
    public async Task CloudStorage_Error_GivesItsReason()
    {
        var google = new FakeGoogle().Answer(
            """{"error":{"code":412,"message":"At least one of the pre-conditions you specified did not hold.","errors":[{"domain":"global","reason":"conditionNotMet","message":"m"}]}}""",
            HttpStatusCode.PreconditionFailed);
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Storage().GetObjectAsync("b", "o", default));

        Assert.Equal((412, VertexErrorStatus.FailedPrecondition, "conditionNotMet"), (exception.HttpStatus, exception.Status, exception.Reason));
    }

    [Fact]
    public async Task Operation_Failed_IsAnExceptionAfterPolling()
    {
        var clock = new RecordedTime();
        const string name = "projects/1/locations/us/endpoints/2/operations/3";
        var google = new FakeGoogle(clock).Answer("{}").Answer("{}").Answer("""{"done":true,"error":{"code":9,"message":"still deployed"}}""");
        using var rig = new VertexRig(google, clock);

        var wait = rig.Client().WaitOperationAsync(name, default);
        await clock.PassUntilAsync(wait);

        var exception = await Assert.ThrowsAsync<VertexException>(() => wait);
        Assert.Equal((400, VertexErrorStatus.FailedPrecondition, "still deployed"), (exception.HttpStatus, exception.Status, exception.Message));
        Assert.Equal(2, clock.Pauses.Count);
        Assert.InRange(clock.Pauses[0], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.9));
        Assert.True(clock.Pauses[1] >= TimeSpan.FromSeconds(2));
    }

    private static void AssertDetailed(VertexException exception)
    {
        Assert.Equal((400, VertexErrorStatus.FailedPrecondition, "Dataset is not readable."), (exception.HttpStatus, exception.Status, exception.Message));
        Assert.Equal("supervised_tuning_spec.training_dataset_uri", Assert.Single(exception.FieldViolations).Field);
        Assert.Equal("SERVICE_DISABLED", exception.Reason);
        Assert.Equal("aiplatform.googleapis.com", exception.ReasonMetadata["service"]);
        Assert.False(exception.IsTransient);
    }

    private static async Task<VertexException> FailAsync(HttpStatusCode status, string body)
    {
        using var rig = new VertexRig(new FakeGoogle().Answer(body, status));
        return await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetModelAsync("projects/1/locations/us/models/2", default));
    }
}
