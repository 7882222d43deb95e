namespace Portal.Features.Tenancy;

/// <summary>How much a key may use, until when, and from where. What is not set is not limited by the key.</summary>
public sealed record KeyLimits
{
    public static readonly KeyLimits None = new();

    public int? RequestsPerMinute { get; init; }

    public int? TokensPerMinute { get; init; }

    /// <summary>Set by whoever manages billing alone; from anybody else null leaves what there is.</summary>
    public long? MonthlyBudgetMicros { get; init; }

    public DateTime? ExpiresAt { get; init; }

    public string AllowedAddresses { get; init; } = "";

    public void Require(DateTime now)
    {
        if (RequestsPerMinute is < 1 or > 1_000_000 || TokensPerMinute is < 1 or > 1_000_000_000)
        {
            throw new PortalException("A rate is at least 1 a minute, up to 1,000,000 requests and 1,000,000,000 tokens. Leave it empty for no limit of the key's own.");
        }

        if (ExpiresAt <= now)
        {
            throw new PortalException("A key expires in the future. To end it now, revoke it.");
        }
    }
}

/// <summary>A key to be issued.</summary>
public sealed record KeyDraft(string Name)
{
    public IReadOnlyCollection<KeyVerb> Verbs { get; init; } = KeyVerbs.ForCalling;

    /// <summary>Null is every project, those of later included.</summary>
    public IReadOnlyCollection<string>? ProjectIds { get; init; }

    /// <summary>Null is every endpoint of these projects.</summary>
    public IReadOnlyCollection<string>? EndpointIds { get; init; }

    public KeyLimits Limits { get; init; } = KeyLimits.None;
}

/// <summary>A key with its secret, once: neither can be had again.</summary>
public sealed record IssuedKey(string Id, string Name, string Prefix, string Secret);
