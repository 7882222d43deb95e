using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class TokenF1Tests
{
    [Theory]
    [InlineData("the card was stolen", "the card was stolen", 1)]
    [InlineData("The card, was STOLEN!", "stolen was card the", 1)]
    [InlineData("a b c d", "a b", 2.0 / 3)]
    [InlineData("a a b", "a b b", 2.0 / 3)]
    [InlineData("a b", "c d", 0)]
    [InlineData("", "", 1)]
    [InlineData("", "a", 0)]
    [InlineData("a", " . ", 0)]
    [InlineData("北京大学", "北京", 2.0 / 3)]
    [InlineData("हिन्दी भाषा", "हिन्दी", 2.0 / 3)]
    [InlineData("ﬁne", "fine", 1)]
    [InlineData("cafe\u0301", "café", 1)]
    [InlineData("x \ud800", "x", 1)]
    public void Of_TwoTexts_IsTheOverlapOfTheirWords(string expected, string answer, double score) =>
        Assert.Equal(score, TokenF1.Of(expected, answer), 12);

    [Fact]
    public void Of_RandomTexts_IsSymmetricBetweenZeroAndOne_AndOneOnlyForTheSameWords()
    {
        var random = new Random(31);
        for (var i = 0; i < 500; i++)
        {
            var (one, other) = (Text(random), Text(random));
            var score = TokenF1.Of(one, other);

            Assert.InRange(score, 0, 1);
            Assert.Equal(score, TokenF1.Of(other, one), 12);
            Assert.Equal(one.Split(' ').Order().SequenceEqual(other.Split(' ').Order()), score is 1);
        }
    }

    internal static string Text(Random random) =>
        string.Join(' ', Enumerable.Range(0, random.Next(1, 7)).Select(_ => "abc"[random.Next(3)].ToString()));
}
