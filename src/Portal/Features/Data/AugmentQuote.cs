using System.Text;
using Portal.Features.Billing;

namespace Portal.Features.Data;

/// <summary>What rows by a model would take, in tokens and money.</summary>
/// <param name="Quote">The worst is what is held.</param>
/// <param name="MaxOutputTokens">The most that one answer may have.</param>
public sealed record AugmentQuote(Quote Quote, int Calls, long LikelyInputTokens, long LikelyOutputTokens, long WorstInputTokens, long WorstOutputTokens, int MaxOutputTokens)
{
    /// <summary>Tokens a model that cannot stop thinking spends on ten rows.</summary>
    private const int LikelyThinking = 600;

    private const int ThinkingRoom = 4_096;

    /// <summary>What stands around a row in JSON.</summary>
    private const int Frame = 16;

    private const int LargestAnswer = 32_768;

    internal static AugmentQuote Of(RowWriter writer, AugmentTask task, int rows, ShownSize size)
    {
        var calls = (rows + Augmentation.RowsPerCall - 1) / Augmentation.RowsPerCall;
        var words = Encoding.UTF8.GetByteCount(AugmentPrompt.Of(task, Augmentation.RowsPerCall, []));
        var (likelyRow, worstRow) = (((size.MeanInput + size.MeanOutput) / 4) + Frame, (Math.Min(size.LargestInput + size.LargestOutput, 40_000) / 2) + Frame);
        var thinks = writer.ThinksAnyway;
        // Shortest first: an answer has room for ten rows as long as the longest of them.
        var most = (int)Math.Clamp((Augmentation.RowsPerCall * (long)worstRow) + 512, 1_024, LargestAnswer) + (thinks ? ThinkingRoom : 0);
        var likelyInput = calls * (long)Math.Ceiling((words / 4.0) + (AugmentPrompt.Shown * likelyRow));
        var worstInput = calls * (long)((words / 2) + 64 + (AugmentPrompt.Shown * (long)worstRow));
        var likelyOutput = (long)Math.Ceiling(rows * likelyRow) + (thinks ? calls * LikelyThinking : 0);
        var worstOutput = (long)calls * most;
        return new AugmentQuote(new Quote(Cost(likelyInput, likelyOutput), Cost(worstInput, worstOutput)), calls, likelyInput, likelyOutput, worstInput, worstOutput, most);

        long Cost(long input, long output) => Quote.Price(input, writer.InputPricePerMillion) + Quote.Price(output, writer.OutputPricePerMillion);
    }
}
