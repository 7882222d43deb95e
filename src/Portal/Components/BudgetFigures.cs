namespace Portal.Components;

/// <summary>A month's budget: how much, what is spent, what is held for work under way, how many calls were refused, and when it begins anew.</summary>
public sealed record BudgetFigures(long CapMicros, long SpentMicros, long HeldMicros, long Refused, DateTime RenewsAt, string Currency)
{
    public long LeftMicros => Math.Max(0, CapMicros - SpentMicros - HeldMicros);

    /// <summary>Spent of it, in whole percent: more than a hundred where it was set below what was spent already.</summary>
    public long Percent => CapMicros is 0 ? 100 : (long)(SpentMicros * 100m / CapMicros);
}
