namespace Portal.Features.Data;

/// <summary>What is looked for in every file. The order is the order of the screen.</summary>
public enum FindingRule
{
    Unreadable,
    TooLong,
    NulCharacter,
    EmptyInput,
    EmptyOutput,
    TooFewRows,
    ContradictoryOutput,
    LabelVariant,
    EncodingDamage,
    OverTokenLimit,
    RareLabel,
    ManyOutputs,
    FewRows,
    ExactDuplicate,
    ControlCharacter,
    Flattened,
    Labels,
}
