using System.Text.Json.Nodes;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class EvaluationTests(PracticeProject project) : IClassFixture<PracticeProject>
{
    private const string Path = PracticeProject.Parent + ":evaluateInstances";

    [Theory]
    [InlineData("exactMatch", "{}", "a b", "a b", 1)]
    [InlineData("exactMatch", "{}", "a b", "A b", 0)]
    [InlineData("rouge", """{"rougeType":"rouge1"}""", "the cat sat", "The cat ran away.", 4 / 7.0)]
    [InlineData("rouge", """{"rouge_type":"rouge2"}""", "the cat sat", "the cat ran", 0.5)]
    [InlineData("rouge", """{"rougeType":"rougeL"}""", "a b c d", "a c d e", 0.75)]
    [InlineData("rouge", """{"rougeType":"rougeLsum"}""", "a b\nc d", "c d\na b", 1)]
    [InlineData("rouge", """{"rougeType":"rouge1","useStemmer":true}""", "cards", "card", 1)]
    [InlineData("bleu", "{}", "the cat is on the mat", "the cat is on the mat", 1)]
    [InlineData("bleu", "{}", "two words", "two words", 0)]
    [InlineData("bleu", """{"useEffectiveOrder":true}""", "two words", "two words", 1)]
    [InlineData("bleu", "{}", "dog", "cat", 0)]
    public async Task Metric_OfOnePair_IsTheKnownValue(string metric, string spec, string prediction, string reference, double expected)
    {
        var body = new JsonObject
        {
            [metric + "Input"] = new JsonObject
            {
                ["metricSpec"] = JsonNode.Parse(spec),
                ["instances"] = new JsonArray(new JsonObject { ["prediction"] = prediction, ["reference"] = reference }),
            },
        };

        var reply = await project.PostAsync(Path, body, 200);

        Assert.Equal(expected, (double)reply[metric + "Results"]![metric + "MetricValues"]![0]!["score"]!, 6);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"fluencyInput":{"instance":{"prediction":"x"}}}""")]
    [InlineData("""{"rougeInput":{"metricSpec":{"rougeType":"rouge0"},"instances":[{"prediction":"a","reference":"b"}]}}""")]
    [InlineData("""{"exactMatchInput":{"instances":[]}}""")]
    public async Task Metric_NotOffered_IsRefused(string body)
    {
        var error = await project.PostAsync(Path, JsonNode.Parse(body)!, 400);

        Assert.Equal("INVALID_ARGUMENT", (string?)error["error"]!["status"]);
    }
}
