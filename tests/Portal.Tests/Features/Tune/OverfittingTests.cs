using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

public sealed class OverfittingTests
{
    private static readonly double[] s_falling = [1.0, 0.8, 0.6, 0.5, 0.4, 0.3];

    [Fact]
    public void Find_LossRisesAndStaysUp_NamesTheStepOfTheLowest()
    {
        var found = Overfitting.Find(Curve(s_falling), Curve(1.0, 0.7, 0.6, 0.62, 0.66, 0.70));

        Assert.NotNull(found);
        Assert.Equal((30, 0.6), (found.FromStep, found.Lowest));
        Assert.Equal(0.68, found.Latest, 6);
        Assert.Equal(0.08 / 0.6, found.Rise, 6);
    }

    [Fact]
    public void Find_LossStillFalls_IsNone() => Assert.Null(Overfitting.Find(Curve(s_falling), Curve(1.0, 0.8, 0.7, 0.65, 0.63, 0.62)));

    [Fact]
    public void Find_RiseWithinTheCurvesOwnJitter_IsNone() => Assert.Null(Overfitting.Find(Curve(s_falling), Curve(1.0, 0.7, 0.60, 0.61, 0.60, 0.62)));

    [Fact]
    public void Find_OneBadMeasurementAfterTheLowest_IsNone() => Assert.Null(Overfitting.Find(Curve(s_falling), Curve(1.0, 0.8, 0.7, 0.6, 0.5, 0.9)));

    [Fact]
    public void Find_RoseAndCameBack_IsNone() => Assert.Null(Overfitting.Find(Curve(s_falling), Curve(1.0, 0.5, 0.8, 0.7, 0.51, 0.50)));

    [Fact]
    public void Find_TrainingLossRoseToo_IsAnotherFault() =>
        Assert.Null(Overfitting.Find(Curve(1.0, 0.8, 0.6, 0.9, 1.2, 1.5), Curve(1.0, 0.7, 0.6, 0.8, 1.0, 1.3)));

    [Fact]
    public void Find_TooFewMeasurements_IsNone() => Assert.Null(Overfitting.Find(Curve(s_falling), Curve(0.5, 0.9)));

    [Fact]
    public void Find_ValuesThatAreNoNumbers_AreLeftOut() =>
        Assert.Equal(20, Overfitting.Find(Curve(s_falling), Curve(1.0, 0.5, double.NaN, 0.7, 0.8))?.FromStep);

    private static CurvePoint[] Curve(params double[] values) => [.. values.Select((v, i) => new CurvePoint((i + 1) * 10, v))];
}
