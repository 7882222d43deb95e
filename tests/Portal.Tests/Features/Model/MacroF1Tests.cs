using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class MacroF1Tests
{
    private static readonly string[] s_labels = ["cat", "dog", "owl"];

    [Fact]
    public void Report_OfAHandMadeSample_HasTheNumbersWorkedOutByHand()
    {
        var macro = new MacroF1(["cat", "cat", "cat", "dog", "dog", "owl"], ["cat", "cat", "dog", "dog", "cat", "owl"], s_labels);

        var report = macro.Report();

        Assert.Equal((2.0 / 3 + 0.5 + 1) / 3, report.Macro, 12);
        Assert.Equal(new LabelScore("cat", 2.0 / 3, 2.0 / 3, 2.0 / 3, 3, 3), report.Labels[0]);
        Assert.Equal(new LabelScore("dog", 0.5, 0.5, 0.5, 2, 2), report.Labels[1]);
        Assert.Equal(new LabelScore("owl", 1, 1, 1, 1, 1), report.Labels[2]);
        Assert.Equal([new Confusion("cat", "dog", 1, false), new Confusion("dog", "cat", 1, false)], report.Confusions);
        Assert.Equal(0, report.OutsideAnswers);
    }

    [Fact]
    public void Report_WithAnswersOutsideTheSet_CountsThemAsMissesAndMakesNoLabelOfThem()
    {
        var macro = new MacroF1(["cat", "cat", "dog"], ["a small cat", "cat", ""], s_labels);

        var report = macro.Report();

        Assert.Equal((2.0 / 3 + 0) / 2, report.Macro, 12);
        Assert.Equal(2, report.OutsideAnswers);
        Assert.True(macro.IsOutside(0));
        Assert.False(macro.IsOutside(1));
        Assert.Equal([new Confusion("cat", "a small cat", 1, true), new Confusion("dog", "(empty)", 1, true)], report.Confusions);
        Assert.DoesNotContain(report.Labels, l => l.Label is "a small cat" or "owl");
    }

    [Fact]
    public void Report_ReadsAnswersAsAnswerScoreDoes()
    {
        var report = new MacroF1(["Cat", "dog"], ["Label: `CAT`", "\"dog\""], s_labels).Report();

        Assert.Equal(1, report.Macro);
        Assert.Empty(report.Confusions);
        Assert.Equal(["cat", "dog"], report.Labels.Select(l => l.Label));
    }

    [Fact]
    public void Report_OfALabelThatOnlyTheDataKnows_ScoresItToo() =>
        Assert.Equal(["emu"], new MacroF1(["emu"], ["emu"], []).Report().Labels.Select(l => l.Label));

    [Fact]
    public void Value_OfRandomSamples_EqualsTheTextbookFormula()
    {
        var random = new Random(21);
        for (var i = 0; i < 200; i++)
        {
            var labels = Enumerable.Range(0, random.Next(2, 9)).Select(l => $"label {l}").ToArray();
            var rows = random.Next(1, 80);
            var expected = Enumerable.Range(0, rows).Select(_ => labels[random.Next(labels.Length)]).ToArray();
            var answers = Enumerable.Range(0, rows).Select(_ => random.Next(10) is 0 ? "something else" : labels[random.Next(labels.Length)]).ToArray();

            Assert.Equal(Textbook(expected, answers), new MacroF1(expected, answers, labels).Value, 12);
        }
    }

    [Fact]
    public void DifferenceTo_ABetterOne_IsAboveZero_AndToItselfIsZero()
    {
        var (baseline, tuned) = Two(1_500);

        var difference = baseline.DifferenceTo(tuned, resamples: 500);

        Assert.Equal(tuned.Value - baseline.Value, difference.Value, 12);
        Assert.True(difference.Low > 0);
        Assert.Equal(new Estimate(0, 0, 0), baseline.DifferenceTo(baseline, resamples: 100));
    }

    [Fact]
    public void Estimate_OfAPerfectScore_ClaimsNoCertainty() =>
        Assert.Equal(Wilson.Interval(2, 2).Low, new MacroF1(["cat", "dog"], ["cat", "dog"], s_labels).Estimate().Low);

    [Fact]
    public void DifferenceTo_OfTenThousandRows_TakesAboutASecond()
    {
        var (baseline, tuned) = Two(10_003);

        Assert.InRange(PairedBootstrapTests.BestSeconds(() => baseline.DifferenceTo(tuned, resamples: 200)), 0, 0.3);
    }

    private static (MacroF1 Baseline, MacroF1 Tuned) Two(int rows)
    {
        var random = new Random(22);
        var labels = Enumerable.Range(0, 77).Select(l => $"label {l}").ToArray();
        var expected = Enumerable.Range(0, rows).Select(_ => labels[random.Next(labels.Length)]).ToArray();
        string[] Answers(double right) => [.. expected.Select(e => random.NextDouble() < right ? e : labels[random.Next(labels.Length)])];
        return (new MacroF1(expected, Answers(0.7), labels), new MacroF1(expected, Answers(0.85), labels));
    }

    private static double Textbook(string[] expected, string[] answers) => expected.Distinct().Average(label =>
    {
        double right = expected.Zip(answers).Count(row => row.First == label && row.Second == label);
        var precision = answers.Count(a => a == label) is > 0 and var answered ? right / answered : 0;
        var recall = right / expected.Count(e => e == label);
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    });
}
