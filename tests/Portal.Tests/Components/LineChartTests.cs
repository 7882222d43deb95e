using Bunit;
using Portal.Components;
using Xunit;

namespace Portal.Tests.Components;

public sealed class LineChartTests : BunitContext
{
    private static readonly ChartSeries s_train = new("Training", [new(0, 2.0), new(50, 1.0), new(100, 0.5)], 1);
    private static readonly ChartSeries s_validation = new("Validation", [new(50, 1.2), new(100, 1.5)], 2, ChartStroke.Dashed);

    [Fact]
    public void Render_TwoLines_DrawsThemFromCornerToCornerAndTellsThemApart()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Loss").Add(c => c.XName, "step").Add(c => c.Series, [s_train, s_validation]));

        var lines = chart.FindAll("polyline");
        // The axis goes from 0.5 to 2: the training loss falls from the top left to the bottom right.
        Assert.Equal("0,0 500,666.67 1000,1000", lines[0].GetAttribute("points"));
        Assert.DoesNotContain("dashed", lines[0].ClassName, StringComparison.Ordinal);
        Assert.Contains("dashed", lines[1].ClassName, StringComparison.Ordinal);
        Assert.Equal(["0.5", "1.0", "1.5", "2.0"], chart.FindAll(".y-axis text").Select(t => t.TextContent));
    }

    [Fact]
    public void Render_ForAScreenReader_SaysTheCourse()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Loss").Add(c => c.XName, "step").Add(c => c.Series, [s_train])
            .Add(c => c.Region, new ChartRegion(50, "overfitting from here")).Add(c => c.Summary, "Lower is better."));

        Assert.Equal(
            "Loss. Training: 2.0 at step 0, 0.5 at step 100. overfitting from here step 50. Lower is better.",
            chart.Find("[role=img]").GetAttribute("aria-label"));
    }

    [Fact]
    public void Render_RegionAndMarks_StandAtTheirSteps()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Loss").Add(c => c.XName, "step").Add(c => c.XEnd, 200).Add(c => c.Series, [s_train])
            .Add(c => c.Marks, [new ChartMark(100, "1")]).Add(c => c.Region, new ChartRegion(50, "overfitting from here")));

        Assert.Equal("500", chart.Find(".mark").GetAttribute("x1"));
        Assert.Equal(("250", "750"), (chart.Find(".region").GetAttribute("x"), chart.Find(".region").GetAttribute("width")));
    }

    [Fact]
    public void Render_OnePointAndOneThatIsNoNumber_DrawsADot()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Loss").Add(c => c.Series, [new("Training", [new(1, 0.7), new(2, double.NaN)], 1)]));

        Assert.Equal(2, chart.Find("polyline").GetAttribute("points")!.Split(' ').Length);
        Assert.DoesNotContain("NaN", chart.Find("polyline").GetAttribute("points"), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NothingYet_IsEmptyAxes() => Assert.Empty(Render<LineChart>(p => p.Add(c => c.Title, "Loss").Add(c => c.Series, [])).FindAll("polyline"));
}
