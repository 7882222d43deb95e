using Portal.Features.Billing;

namespace Portal.Features.Model;

/// <summary>What a run will probably cost and the most it may, from the length of its prompt and of the rows.</summary>
public static class RunQuote
{
    /// <summary>Tokens a model that cannot stop thinking spends on an easy row.</summary>
    private const int LikelyThinking = 200;

    public static Quote Of(TokenPrices prices, RecipeContent recipe, RowSize size)
    {
        var prompt = recipe.Shots.SelectMany(s => new[] { s.Input, s.Output }).Append(recipe.Instruction).ToList();
        var thinking = Prompting.ThinksAnyway(recipe) ? LikelyThinking : 0;
        return new Quote(
            Cost(prices, size.Rows, prompt.Sum(TokenEstimate.Likely) + size.LikelyInput, size.LikelyOutput + thinking),
            Cost(prices, size.Rows, prompt.Sum(TokenEstimate.Worst) + size.WorstInput, recipe.MaxOutputTokens));
    }

    private static long Cost(TokenPrices prices, int rows, double input, double output) =>
        Quote.Price((long)Math.Ceiling(rows * input), prices.Input) + Quote.Price((long)Math.Ceiling(rows * output), prices.Output);
}
