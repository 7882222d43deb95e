using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

public sealed class TokenizerTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("hello", 1)]
    [InlineData("hello world", 2)]
    [InlineData("transferred", 2)]
    [InlineData("card_arrival", 4)]
    [InlineData("2026", 4)]
    [InlineData("Wait, what?!", 5)]
    [InlineData("a\n\nb", 3)]
    [InlineData("    indented", 3)]
    [InlineData("日本語", 3)]
    [InlineData("👍🏽", 2)]
    public void Count_Text_IsStable(string text, int tokens) => Assert.Equal(tokens, Tokenizer.Count(text));

    [Fact]
    public void Count_EnglishProse_IsAboutFourCharactersAToken()
    {
        const string Prose =
            "The engineer who answered our call at seven in the morning explained, without any hurry, why the second compressor " +
            "had stopped during the night and which of its bearings would have to be replaced before the weekend.";

        Assert.InRange((double)Prose.Length / Tokenizer.Count(Prose), 3.5, 4.7);
    }

    [Theory]
    [InlineData("Two  blanks,   three; a tab\tand\r\nlines.")]
    [InlineData("שלום עולם, مرحبا")]
    [InlineData("emoji 👩‍👩‍👧 joined, e\u0301 combined, \0 nul")]
    [InlineData("lone \ud83d surrogate \udc4d halves \ud83d")]
    [InlineData("----____   ")]
    public void Split_AnyText_JoinsToTheSameText(string text)
    {
        var pieces = Tokenizer.Split(text);

        Assert.Equal(text, string.Concat(pieces));
        Assert.Equal(Tokenizer.Count(text), pieces.Count);
        Assert.DoesNotContain(string.Empty, pieces);
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("\u0301")]
    [InlineData("👍")]
    [InlineData("_a")]
    public void Count_AMillionOfTheSame_TakesLinearTime(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 1_000_000));
        var tokens = 0;

        var spent = OwnTime.Of(() => tokens = Tokenizer.Count(text));

        Assert.InRange(tokens, 100_000, 2_000_000);
        Assert.True(spent < TimeSpan.FromSeconds(2), $"took {spent}");
    }
}
