namespace Portal.Features.Data;

/// <summary>What a piece of a text gives away. The name, in capitals, is what stands in its place once it is redacted.</summary>
public enum PersonalKind
{
    Person,
    Email,
    Phone,
    Account,
    Card,
    NationalId,
    HealthNumber,
    Secret,
}

/// <summary>A piece of a text that should perhaps not leave the portal.</summary>
public readonly record struct FoundText(PersonalKind Kind, int Start, int Length)
{
    public int End => Start + Length;
}
