using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class ColumnGuessTests
{
    [Theory]
    [InlineData("text,category", "text", "category")]
    [InlineData("id,message,intent", "message", "intent")]
    [InlineData("Question,Answer", "Question", "Answer")]
    [InlineData("ID,section_header,section_text,dialogue", "dialogue", "section_text")]
    [InlineData("label,input", "input", "label")]
    [InlineData("Expected Output,Input Text", "Input Text", "Expected Output")]
    public void Of_KnownNames_AreTaken(string header, string input, string output) =>
        Assert.Equal((input, output), ColumnGuess.Of(header.Split(','), []));

    [Fact]
    public void Of_UnknownNames_TakesTheLongTextAndTheOneThatRepeats()
    {
        IReadOnlyList<string?>[] rows =
        [
            ["1", "The pump leaks at the shaft seal", "leak"],
            ["2", "Motor hums and does not start", "electrical"],
            ["3", "Oil under the gearbox again", "leak"],
        ];

        Assert.Equal(("b", "c"), ColumnGuess.Of(["a", "b", "c"], rows));
    }

    [Fact]
    public void Of_OneColumn_LeavesTheOutputOpen() => Assert.Equal(("text", ""), ColumnGuess.Of(["text"], [["a"]]));
}
