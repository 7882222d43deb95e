using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class RowInspectorTests
{
    [Theory]
    [InlineData("Where is the card that I ordered for my son?", "English")]
    [InlineData("Ich habe meine Karte verloren und kann nicht mehr zahlen", "German")]
    [InlineData("Je ne peux pas payer avec ma carte depuis hier", "French")]
    [InlineData("Hola, no puedo pagar con mi tarjeta desde ayer", "Spanish")]
    [InlineData("Где моя карта?", "Cyrillic script")]
    [InlineData("カードはどこですか", "Japanese")]
    [InlineData("card", "not sure")]
    [InlineData("in on a", "not sure")]
    public void Language_OfAText_IsSaidOnlyWhereItIsClear(string text, string expected)
    {
        var scan = new TextScan();
        scan.Read(text);

        Assert.Equal(expected, LanguageGuess.NameOf(LanguageGuess.Of(scan, text)));
    }

    [Theory]
    [InlineData("schÃ¶n", "schön")]
    [InlineData("itâ€™s", "it’s")]
    [InlineData("schön", "schön")]
    [InlineData("Â£5", "£5")]
    [InlineData("gone \uFFFD", "gone \uFFFD")]
    public void Repair_OfDamagedText_LeadsBackWhatCanBe(string damaged, string expected) => Assert.Equal(expected, EncodingDamage.Repair(damaged));

    [Fact]
    public void Conclude_PlantedFaults_AreFoundWithTheirRows()
    {
        var inspector = new RowInspector();
        for (var i = 1; i <= 200; i++)
        {
            inspector.Inspect(i, DataKit.Sentence(i) + ":", "fine");
        }

        inspector.Inspect(201, DataKit.Sentence(1).ToUpperInvariant() + ":", "other");
        inspector.Inspect(202, "Please kill yourself now:", "fine");
        inspector.Inspect(203, DataKit.Sentence(900) + ":", "n/a");
        inspector.Inspect(204, string.Concat(Enumerable.Range(0, 80).Select(DataKit.Sentence)) + ":", "fine");
        inspector.Inspect(205, DataKit.Sentence(901) + " ###", "fine");
        inspector.Inspect(206, "schÃ¶n und gut, sagt er:", " fine");

        var found = new RowFindings("imp_1", inspector.Facts.ToArray(), NearDuplicates.Group(inspector.Prints), new VendorLimits(new ProjectLimits([], false))).Conclude()
            .ToDictionary(f => f.Finding.Rule, f => f.Rows.Select(r => r.Number).ToArray());

        Assert.Equal([1, 201], found[FindingRule.NearContradiction]);
        Assert.Equal([201], found[FindingRule.NearDuplicate]);
        Assert.Equal([202], found[FindingRule.LikelyBlocked]);
        Assert.Equal([203], found[FindingRule.TrivialOutput]);
        Assert.Equal([204], found[FindingRule.LengthOutlier]);
        Assert.Equal([205], found[FindingRule.MixedEndings]);
        Assert.Equal([206], found[FindingRule.EncodingDamage]);
        Assert.Equal([206], found[FindingRule.PaddedOutput]);
        Assert.DoesNotContain(FindingRule.ExactDuplicate, found.Keys);
    }
}
