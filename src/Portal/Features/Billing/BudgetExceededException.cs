using System.Globalization;
using Portal.Components;

namespace Portal.Features.Billing;

/// <summary>A budget does not allow for the worst that something may cost. Nothing was begun.</summary>
public sealed class BudgetExceededException(string budgetId, BudgetKind kind, BudgetFigures budget, long neededMicros) : PortalException(Words(kind, budget, neededMicros))
{
    public string BudgetId { get; } = budgetId;

    public BudgetKind Kind { get; } = kind;

    public BudgetFigures Budget { get; } = budget;

    /// <summary>What is held for work under way is all that is in the way: once that ends, there may be room.</summary>
    public bool IsHeldOnly { get; } = budget.SpentMicros + neededMicros <= budget.CapMicros;

    private static string Words(BudgetKind kind, BudgetFigures budget, long needed)
    {
        var whose = kind switch { BudgetKind.ApiKey => "this API key", BudgetKind.Project => "this project", _ => "this organization" };
        return string.Create(CultureInfo.InvariantCulture,
            $"The monthly budget of {whose}, {Money(budget.CapMicros)}, does not allow it: {Money(budget.SpentMicros)} is spent, {Money(budget.HeldMicros)} is held for work under way, "
            + $"and this may cost up to {Money(needed)}. It begins anew on {budget.RenewsAt:yyyy-MM-dd}, 00:00 UTC. Until then whoever manages billing can raise it.");

        string Money(long micros) => Show.Money(micros, budget.Currency);
    }
}
