namespace Portal.Features.Data;

/// <summary>A model that a project may let write rows.</summary>
/// <param name="Id">A base model's, or a candidate's.</param>
/// <param name="ModelName">What is called.</param>
/// <param name="IsTuned">One of the project's own.</param>
/// <param name="ThinkingLevel">The least it accepts; level and budget exclude each other.</param>
public sealed record RowWriter(
    string Id, string Name, string ModelName, bool IsTuned, long InputPricePerMillion, long OutputPricePerMillion, string ThinkingLevel, int? ThinkingBudget)
{
    /// <summary>It cannot be told not to think.</summary>
    public bool ThinksAnyway => ThinkingLevel is not "MINIMAL" && ThinkingBudget is not 0;
}

/// <summary>Models and candidates are a later slice's: it lends them, and the arrow stays as it is.</summary>
public interface IRowWriters
{
    /// <summary>Those that answer and have a price, the project's own first.</summary>
    Task<IReadOnlyList<RowWriter>> ListAsync(string projectId, CancellationToken ct);
}
