using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class RougeLTests
{
    [Theory]
    [InlineData("police killed the gunman", "police kill the gunman", 0.75)]
    [InlineData("police killed the gunman", "the gunman kill police", 0.5)]
    [InlineData("a b c", "a b c", 1)]
    [InlineData("a", "b", 0)]
    [InlineData("", "", 1)]
    [InlineData("a", "", 0)]
    public void Of_TwoTexts_IsTheSharedOrder(string expected, string answer, double score) => Assert.Equal(score, RougeL.Of(expected, answer), 12);

    [Fact]
    public void Of_RandomTexts_EqualsTryingEverySubsequence()
    {
        var random = new Random(41);
        for (var i = 0; i < 500; i++)
        {
            var (one, other) = (TokenF1Tests.Text(random), TokenF1Tests.Text(random));
            var (left, right) = (one.Split(' '), other.Split(' '));
            var common = Enumerable.Range(0, 1 << left.Length)
                .Select(chosen => left.Where((_, place) => (chosen >> place & 1) is 1).ToArray())
                .Where(part => IsSubsequence(part, right)).Max(part => part.Length);

            Assert.Equal(2.0 * common / (left.Length + right.Length), RougeL.Of(one, other), 12);
            Assert.True(RougeL.Of(one, other) <= TokenF1.Of(one, other) + 1e-12);
        }
    }

    private static bool IsSubsequence(string[] part, string[] whole)
    {
        var found = 0;
        foreach (var word in whole)
        {
            found += found < part.Length && part[found] == word ? 1 : 0;
        }

        return found == part.Length;
    }
}
