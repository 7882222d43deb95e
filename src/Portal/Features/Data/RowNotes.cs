namespace Portal.Features.Data;

/// <summary>What was done to a row so that it could be taken. Each becomes a finding that says so.</summary>
[Flags]
public enum RowNotes
{
    None = 0,

    /// <summary>Several turns, or calls of functions: the text beside them is only how they look to a person.</summary>
    Flattened = 1,

    /// <summary>Arguments of a function call stood in quotes twice.</summary>
    ArgumentsRepaired = 2,

    /// <summary>Turns of the same speaker that followed each other became one.</summary>
    TurnsMerged = 4,

    /// <summary>A weight said not to learn an answer, which Gemini cannot be told.</summary>
    WeightDropped = 8,

    /// <summary>Keywords of a function's schema that Gemini does not know were left out.</summary>
    SchemaSimplified = 16,

    /// <summary>The endings that older formats put after prompt and completion were removed.</summary>
    EndingsRemoved = 32,

    /// <summary>A model wrote it, says the file, which was downloaded here. Nothing was done to it and no finding says so: the row carries it.</summary>
    Synthetic = 64,

    /// <summary>It is of a table that was downloaded here.</summary>
    Downloaded = 128,
}
