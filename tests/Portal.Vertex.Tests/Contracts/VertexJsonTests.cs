using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Contracts;

public sealed class VertexJsonTests
{
    [Theory]
    [InlineData("12", 12)]
    [InlineData("\"12\"", 12)]
    [InlineData("\"-9223372036854775808\"", long.MinValue)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("3.0", 3)]
    [InlineData("1e3", 1000)]
    [InlineData("null", 0)]
    public void Int64_AsNumberOrString_IsRead(string wire, long expected) =>
        Assert.Equal(expected, Read<VertexHyperparameters>($$"""{"epochCount":{{wire}}}""").EpochCount);

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"three\"")]
    [InlineData("1.5")]
    [InlineData("true")]
    [InlineData("9223372036854775808")]
    public void Int64_ThatIsNone_Throws(string wire) =>
        Assert.Throws<JsonException>(() => Read<VertexHyperparameters>($$"""{"epochCount":{{wire}}}"""));

    [Fact]
    public void Defaults_Written_AreOmitted() => Assert.Equal("{}", Write(new VertexTuningJob()));

    [Fact]
    public void Page_WithoutItems_IsAnEmptyObject()
    {
        Assert.Equal("{}", Write(new VertexListTuningJobsResponse()));
        Assert.Empty(Read<VertexListTuningJobsResponse>("{}").TuningJobs);
    }

    [Fact]
    public void Null_ForAMemberThatIsNever_LeavesTheDefault()
    {
        var job = Read<VertexTuningJob>("""{"name":null,"labels":null,"supervisedTuningSpec":null,"createTime":null}""");

        Assert.Equal("", job.Name);
        Assert.Empty(job.Labels);
        Assert.Null(job.SupervisedTuningSpec);
        Assert.Null(job.CreateTime);
    }

    [Fact]
    public void UnknownFieldsAndNames_Read_AreTolerated()
    {
        var job = Read<VertexTuningJob>("""{"state":"JOB_STATE_DREAMING","brandNew":{"a":[1]}}""");

        Assert.Equal("JOB_STATE_DREAMING", job.State);
        Assert.False(VertexJobState.IsTerminal(job.State));
    }

    [Theory]
    [InlineData("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z")]
    [InlineData("2026-11-23T10:00:00.123456789Z", "2026-11-23T10:00:00.1234567Z")]
    [InlineData("2026-11-23T12:00:00+02:00", "2026-11-23T10:00:00Z")]
    public void Timestamp_Read_IsUtcAndWrittenWithZ(string wire, string written)
    {
        var job = Read<VertexTuningJob>($$"""{"createTime":"{{wire}}"}""");

        Assert.Equal(DateTimeKind.Utc, job.CreateTime!.Value.Kind);
        Assert.Equal($$"""{"createTime":"{{written}}"}""", Write(job));
    }

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("3.5s", 3_500)]
    [InlineData("0.001s", 1)]
    public void Duration_WithS_RoundTrips(string wire, int milliseconds)
    {
        var detail = Read<VertexErrorDetail>($$"""{"retryDelay":"{{wire}}"}""");

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), detail.RetryDelay);
        Assert.Equal($$"""{"retryDelay":"{{wire}}"}""", Write(detail));
    }

    [Fact]
    public void NotANumber_AsString_IsRead() =>
        Assert.True(double.IsNaN(Read<VertexScalar>("""{"value":"NaN"}""").Value));

    [Fact]
    public void OtherScripts_Written_AreNotEscaped() =>
        Assert.Equal("""{"text":"Kündigung 日本"}""", Write(new VertexPart { Text = "Kündigung 日本" }));

    [Fact]
    public void ResponseText_WithThoughts_HoldsOnlyTheAnswer()
    {
        var response = Read<VertexGenerateContentResponse>("""{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"a"},{"text":"b"}]}}]}""");

        Assert.Equal("ab", response.Text);
        Assert.Equal("", Read<VertexGenerateContentResponse>("""{"promptFeedback":{"blockReason":"SAFETY"}}""").Text);
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, VertexJson.Options)!;

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, VertexJson.Options);
}
