using Portal.Features.Define;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class AnswerScoreTests
{
    [Theory]
    [InlineData("card_arrival", "card_arrival", true)]
    [InlineData("card_arrival", "  Card_Arrival \n", true)]
    [InlineData("lost card", "lost\n  card", true)]
    [InlineData("card_arrival", "\"card_arrival\"", true)]
    [InlineData("card_arrival", "`card_arrival`", true)]
    [InlineData("card_arrival", "```\ncard_arrival\n```", true)]
    [InlineData("card_arrival", "Label: card_arrival", true)]
    [InlineData("card_arrival", "The category is: \"card_arrival\"", true)]
    [InlineData("label: x", "label: x", true)]
    [InlineData("cancel order", "```cancel order```", true)]
    [InlineData("order", "```cancel order```", false)]
    [InlineData("card_arrival", "card_arrival because it has not come", false)]
    [InlineData("card_arrival", "not card_arrival", false)]
    [InlineData("card_arrival", "", false)]
    public void IsCorrect_OfALabel_LooksThroughTheWrappingOnly(string expected, string answer, bool correct) =>
        Assert.Equal(correct, AnswerScore.IsCorrect(Task(TaskKind.Classify, MetricKind.Accuracy), expected, answer));

    [Theory]
    [InlineData("""{"a": 1, "b": "X"}""", """{ "b":"x", "a":1 }""", true)]
    [InlineData("""{"a": 1}""", "```json\n{\"a\": 1}\n```", true)]
    [InlineData("""{"a": 1}""", """{"a": 2}""", false)]
    [InlineData("""{"a": 1}""", """{"a": 1""", false)]
    [InlineData("""{"a": "\ud800"}""", """{"a":"\ud801"}""", false)]
    public void IsCorrect_OfFacts_ComparesThemInAnyOrder(string expected, string answer, bool correct) =>
        Assert.Equal(correct, AnswerScore.IsCorrect(Task(TaskKind.Extract, MetricKind.Accuracy), expected, answer));

    [Fact]
    public void IsCorrect_OfFreeText_KeepsTheWordLabel() =>
        Assert.False(AnswerScore.IsCorrect(Task(TaskKind.Answer, MetricKind.Accuracy), "red", "Label: red"));

    [Theory]
    [InlineData(MetricKind.Accuracy, 0)]
    [InlineData(MetricKind.MacroF1, 0)]
    [InlineData(MetricKind.TokenF1, 0.8)]
    [InlineData(MetricKind.RougeL, 0.4)]
    public void Of_AnAnswer_IsWhatTheTasksMetricSays(MetricKind metric, double score) =>
        Assert.Equal(score, AnswerScore.Of(Task(TaskKind.Generate, metric), "one two", "three two one"), 12);

    private static TaskDefinition Task(TaskKind kind, MetricKind metric) => new() { ProjectId = "prj_1", Kind = kind, Metric = metric };
}
