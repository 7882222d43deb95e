using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class CandidateAnswerTests
{
    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("exactly", 7, "exactly")]
    [InlineData("too long", 3, "too")]
    [InlineData("ab😀", 3, "ab")]
    [InlineData("a\0b", 10, "ab")]
    public void Stored_AnyText_FitsEveryDatabase(string text, int length, string expected) =>
        Assert.Equal(expected, CandidateAnswer.Stored(text, length));

    [Fact]
    public async Task Fail_VendorSpeaksAtLength_KeepsWhatFits()
    {
        using var rig = new ModelRig();
        await rig.SeedAsync();
        rig.Vertex.Respond = _ => FakeVertex.Error(System.Net.HttpStatusCode.Forbidden, "PERMISSION_DENIED", new string('x', 10_000));

        var run = await rig.StartAsync();
        await rig.PumpAsync();

        Assert.Equal((RunState.Failed, CandidateRun.DetailsLength), ((await rig.ReadAsync(run.Id)).State, (await rig.ReadAsync(run.Id)).ProblemDetails.Length));
    }
}
