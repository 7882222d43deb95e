using Portal.Components;

namespace Portal.Features.Tenancy;

/// <summary>What a form says of a key, while it is being filled in.</summary>
public sealed class KeyForm
{
    private const int Micros = 1_000_000;

    public string Name { get; set; } = "";

    public HashSet<KeyVerb> Verbs { get; } = [];

    /// <summary>Empty is all of them.</summary>
    public string ProjectId { get; set; } = "";

    public string EndpointId { get; set; } = "";

    public int? RequestsPerMinute { get; set; }

    public int? TokensPerMinute { get; set; }

    public decimal? MonthlyBudget { get; set; }

    /// <summary>The key's last day, UTC.</summary>
    public DateTime? LastDay { get; set; }

    public string AllowedAddresses { get; set; } = "";

    public static KeyForm Of(ApiKey key, BudgetFigures? budget) => new()
    {
        Name = key.Name, RequestsPerMinute = key.RequestsPerMinute, TokensPerMinute = key.TokensPerMinute, MonthlyBudget = budget is null ? null : (decimal)budget.CapMicros / Micros,
        LastDay = key.ExpiresAt?.AddTicks(-1).Date, AllowedAddresses = key.AllowedAddresses.Replace(",", ", ", StringComparison.Ordinal),
    };

    public void Set(KeyVerb verb, bool may)
    {
        if (may)
        {
            Verbs.Add(verb);
        }
        else
        {
            Verbs.Remove(verb);
        }
    }

    public KeyDraft ToDraft() => new(Name)
    {
        Verbs = [.. Verbs.Order()], ProjectIds = ProjectId is "" ? null : [ProjectId], EndpointIds = EndpointId is "" ? null : [EndpointId], Limits = ToLimits(),
    };

    public KeyLimits ToLimits() => new()
    {
        RequestsPerMinute = RequestsPerMinute, TokensPerMinute = TokensPerMinute, MonthlyBudgetMicros = MonthlyBudget is { } budget ? (long)(Math.Clamp(budget, -1, 1_000_000_001) * Micros) : null,
        ExpiresAt = LastDay is { } day ? DateTime.SpecifyKind(day.Date, DateTimeKind.Utc).AddDays(1) : null, AllowedAddresses = AllowedAddresses,
    };
}
