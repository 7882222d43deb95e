using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class KappaTests
{
    /// <summary>100 patients, three diagnoses; the standard error also comes out of the multinomial's own by numeric derivatives of kappa.</summary>
    [Fact]
    public void Of_ThreeDiagnoses_HasItsStandardError()
    {
        var kappa = Kappa.Of(new[,] { { 75, 1, 4 }, { 5, 4, 1 }, { 0, 0, 10 } });

        Assert.Equal((100, 89), (kappa.N, kappa.Agreed));
        Assert.Equal(0.676, kappa.Value!.Value, 3);
        Assert.Equal(0.0877, (kappa.High - kappa.Low) / 2 / 1.959963984540054, 4);
        Assert.Equal("substantial", kappa.Words);
    }

    /// <summary>
    /// The textbooks' two readers of 50 applications: both yes 20, both no 15, apart 5 and 10. Observed (20 + 15) / 50 = 0.7; by chance 0.5 × 0.6 + 0.5 × 0.4 = 0.5; so
    /// kappa is 0.2 / 0.5 = 0.4. Its variance, by the three terms of Fleiss, Cohen and Everitt:
    /// the same 0.4 × (1 − 1.1 × 0.6)² + 0.3 × (1 − 0.9 × 0.6)² = 0.04624 + 0.06348 = 0.10972;
    /// apart 0.6² × (0.1 × (0.6 + 0.5)² + 0.2 × (0.4 + 0.5)²) = 0.36 × (0.121 + 0.162) = 0.10188;
    /// less (0.4 − 0.5 × 0.6)² = 0.01; together 0.2016 / (50 × 0.5²) = 0.016128, whose root is 0.126996.
    /// </summary>
    [Fact]
    public void Of_TwoReadersOfFiftyApplications_IsTheTextbooksWithItsInterval()
    {
        var kappa = Kappa.Of(new[,] { { 20, 5 }, { 10, 15 } });

        Assert.Equal((50, 35), (kappa.N, kappa.Agreed));
        Assert.Equal(0.4, kappa.Value!.Value, 10);
        Assert.Equal(0.4 - (1.959964 * Math.Sqrt(0.016128)), kappa.Low, 6);
        Assert.Equal(0.4 + (1.959964 * Math.Sqrt(0.016128)), kappa.High, 6);
        Assert.Equal("fair", kappa.Words);
    }

    /// <summary>The formula is not symmetric in its terms, yet who is the first of two must not matter, nor in which order the labels stand.</summary>
    [Fact]
    public void Of_ReadersOrLabelsTheOtherWayRound_IsTheSame()
    {
        var kappa = Rounded(Kappa.Of(new[,] { { 75, 1, 4 }, { 5, 4, 1 }, { 0, 0, 10 } }));

        Assert.Equal(kappa, Rounded(Kappa.Of(new[,] { { 75, 5, 0 }, { 1, 4, 0 }, { 4, 1, 10 } })));
        Assert.Equal(kappa, Rounded(Kappa.Of(new[,] { { 10, 0, 0 }, { 1, 4, 5 }, { 4, 1, 75 } })));
    }

    [Fact]
    public void Of_OneJudgementThroughout_CannotBeTold() => Assert.Equal((30, 30, null, "cannot be told"), (Said(30).N, Said(30).Agreed, Said(30).Value, Said(30).Words));

    [Fact]
    public void Of_FullAgreementAndFullDisagreement_AreTheEnds()
    {
        Assert.Equal((1.0, 1.0, 1.0), Rounded(Kappa.Of(new[,] { { 5, 0 }, { 0, 7 } })));
        Assert.Equal(-1.0, Kappa.Of(new[,] { { 0, 6 }, { 6, 0 } }).Value!.Value, 10);
        Assert.Null(Kappa.Of(new int[0, 0]).Value);
    }

    private static Kappa Said(int same) => Kappa.Of(new[,] { { same } });

    private static (double, double, double) Rounded(Kappa kappa) => (Math.Round(kappa.Value!.Value, 10), Math.Round(kappa.Low, 10), Math.Round(kappa.High, 10));
}
