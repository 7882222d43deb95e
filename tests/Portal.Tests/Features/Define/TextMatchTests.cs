using Portal.Features.Define;
using Xunit;

namespace Portal.Tests.Features.Define;

public sealed class TextMatchTests
{
    [Theory]
    [InlineData("Sort mail. My card was eaten by the machine yesterday, sort it.", "Hello: my CARD was eaten by the machine!", "My card was eaten by the machine", true)]
    [InlineData("Answer refund or card-arrival.", "card_arrival", "card-arrival", false)]
    [InlineData("Answer refund or card arrival.", "{\"intent\": {\"name\": \"Card arrival\"}}", "card arrival", false)]
    [InlineData("Ask jane.doe@example.com first.", "Write to me: doe@example or by post, I am at home every day", "doe@example", false)]
    [InlineData("Policies begin with HX40123.", "My policy hx40123 was never sent to me by anybody of yours", "HX40123", false)]
    [InlineData("Route to Zoë Müller.", "zoe\u0308 mu\u0308ller", "Zoë Müller", false)]
    [InlineData("请把客户的信用卡被机器吞掉的投诉分类到正确的团队", "我的信用卡 客户的信用卡被机器吞掉的投诉分类到正确", "客户的信用卡被机器吞掉的投诉分类到正确", true)]
    public void Look_AtATextThatStandsInThePlaybook_FindsThePiece(string instruction, string row, string piece, bool isPassage)
    {
        var match = new TextMatch([("Goal", "Help people."), ("Instruction", instruction)]);

        match.Look(new ProjectText(ProjectTextKind.Row, [row]));
        match.Look(new ProjectText(ProjectTextKind.Row, [row, row]));

        Assert.Equal(new FoundText("Instruction", piece, ProjectTextKind.Row, 2, isPassage), Assert.Single(match.Found));
    }

    [Theory]
    [InlineData("Classify the message by what the customer needs.", "The customer needs a new card")]
    [InlineData("Classify the message by what the customer needs.", "no")]
    [InlineData("Say yes or no.", "I said yes, or no, and nobody heard")]
    [InlineData("Say yes or no.", "")]
    [InlineData("Say yes or no.", "{\"broken")]
    [InlineData("Give 90 percent.", "{\"share\": 90}")]
    public void Look_AtWordsThatAnybodyUses_FindsNothing(string instruction, string row)
    {
        var match = new TextMatch([("Instruction", instruction)]);

        match.Look(new ProjectText(ProjectTextKind.Row, [row]));

        Assert.Empty(match.Found);
    }

    [Fact]
    public void Found_OfTextsOfSeveralKinds_TellsEachApart()
    {
        var match = new TextMatch([("Instruction", "For Harbour Insurance: answer refund, or ask.")]);

        match.Look(new ProjectText(ProjectTextKind.Name, ["Harbour Insurance", "harbour-insurance", ""]));
        match.Look(new ProjectText(ProjectTextKind.Label, ["refund"]));
        match.Look(new ProjectText(ProjectTextKind.Row, ["Where is it?", "refund"]));

        Assert.Equal([("Harbour Insurance", ProjectTextKind.Name, 1), ("refund", ProjectTextKind.Label, 1), ("refund", ProjectTextKind.Row, 1)], match.Found.Select(f => (f.Text, f.Kind, f.Count)));
    }

    [Fact]
    public void Found_OfHalfASurrogatePair_StillFinds()
    {
        var match = new TextMatch([("Instruction", "Say \uD83D\uDE00abc or \uD83Dxyz.")]);

        match.Look(new ProjectText(ProjectTextKind.Row, ["\uD83Dxyz"]));

        Assert.Single(match.Found);
    }
}
