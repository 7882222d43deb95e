namespace Portal.Sandbox.Faults;

/// <summary>What a call is about; faults and counts go by it.</summary>
public enum CallKind
{
    Other,
    Generate,
    Tuning,
    Metrics,
    Registry,
    Storage,
    Identity,
    Stripe,
}
