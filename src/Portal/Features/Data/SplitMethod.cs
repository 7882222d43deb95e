namespace Portal.Features.Data;

/// <summary>How the rows of a version are divided into training, validation and test.</summary>
public enum SplitMethod
{
    /// <summary>At random by content, each label spread over the three.</summary>
    Spread,

    /// <summary>The newest rows are sealed and those before them validate: measured on what came later, as a model in use is.</summary>
    ByDate,

    /// <summary>As a column of the file says.</summary>
    AsGiven,
}

internal static class SplitMethods
{
    /// <summary>What the columns of a file allow, the one to propose first: whoever brings a split or dates means them.</summary>
    public static IReadOnlyList<SplitMethod> Of(ColumnMapping? mapping) =>
    [
        .. mapping is { Split: not "" } ? [SplitMethod.AsGiven] : Array.Empty<SplitMethod>(),
        .. mapping is { Date: not "" } ? [SplitMethod.ByDate] : Array.Empty<SplitMethod>(),
        SplitMethod.Spread,
    ];

    /// <summary>The split that is meant by a word of a file; null where none is.</summary>
    public static Split? Named(string word) => word.Trim().ToLowerInvariant() switch
    {
        "train" or "training" => Split.Train,
        "validation" or "valid" or "val" or "dev" => Split.Validation,
        "test" or "testing" or "eval" or "holdout" => Split.Test,
        _ => null,
    };

    /// <summary>The word that <see cref="Named"/> takes for it.</summary>
    public static string Word(Split split) => split switch
    {
        Split.Train => "training",
        Split.Validation => "validation",
        _ => "test",
    };

    public static string Words(SplitMethod method) => method switch
    {
        SplitMethod.AsGiven => "as the file says",
        SplitMethod.ByDate => "by date, the newest rows sealed",
        _ => "at random, each label spread over the three",
    };
}
