using Portal.Components;

namespace Portal.Features.Data;

/// <summary>The limits of the models that a project may be tuned with, held against its rows. Which models something blocks is said by name.</summary>
internal sealed class VendorLimits(ProjectLimits limits)
{
    public const int CharactersPerToken = 4;

    /// <summary>What an example may have where no model says.</summary>
    public const int UsualTokens = 131_072;

    private const int NamedReasons = 4;

    private readonly Dictionary<(string Model, string Why), List<int>> _refused = [];

    /// <summary>Of an example, input and output together, where the strictest of the models begins to cut.</summary>
    public long MaximumCharacters { get; } = (limits.Models.Where(m => m.MaxExampleTokens > 0).Select(m => (long?)m.MaxExampleTokens).Min() ?? UsualTokens) * CharactersPerToken;

    /// <summary>What the names of the models stand for: all there are, or the one that was chosen.</summary>
    private string Whose => limits.IsChosen ? "the chosen model" : "every model that can be tuned";

    /// <summary>Looks whether the models take a row's files; the mark of the finding it belongs to.</summary>
    public RowMarks Check(int number, IReadOnlyList<MediaFile> files)
    {
        if (files.Count is 0 || limits.Models.Count is 0)
        {
            return RowMarks.None;
        }

        var refusing = 0;
        foreach (var model in limits.Models)
        {
            if (model.WhyNot(files) is { } why)
            {
                refusing++;
                (_refused.TryGetValue((model.Name, why), out var rows) ? rows : _refused[(model.Name, why)] = []).Add(number);
            }
        }

        return refusing is 0 ? RowMarks.None : refusing == limits.Models.Count ? RowMarks.MediaOverLimit : RowMarks.MediaForSome;
    }

    /// <summary>Why these rows are refused, and by which models.</summary>
    public string Reasons(IReadOnlyCollection<int> rows)
    {
        var wanted = rows.ToHashSet();
        var reasons = _refused.Select(r => (r.Key.Model, r.Key.Why, Count: r.Value.Count(wanted.Contains))).Where(r => r.Count > 0)
            .GroupBy(r => (r.Why, r.Count)).OrderByDescending(g => g.Key.Count).ToList();
        var told = reasons.Take(NamedReasons).Select(g => $"{(g.Key.Count is 1 ? "1 row" : $"{Show.Count(g.Key.Count)} rows")}: {g.Key.Why} ({string.Join(", ", g.Select(m => m.Model))}).");
        return string.Join(' ', told) + (reasons.Count > NamedReasons ? " And others." : "");
    }

    /// <summary>The models that take no training file of this size; empty while one of them takes it.</summary>
    public string BlockedBySize(long bytes) =>
        limits.Models.Count > 0 && limits.Models.All(m => m.MaxTrainingBytes > 0 && bytes > m.MaxTrainingBytes)
            ? $"It blocks {Whose}: {string.Join(", ", limits.Models.Select(m => $"{m.Name} takes {Show.Bytes(m.MaxTrainingBytes)}"))}."
            : "";

    /// <summary>The models that would cut rows of this length.</summary>
    public string CutBy(long longestCharacters) =>
        string.Join(", ", limits.Models.Where(m => m.MaxExampleTokens > 0 && longestCharacters > (long)m.MaxExampleTokens * CharactersPerToken).Select(m => $"{m.Name} takes {Show.Count(m.MaxExampleTokens)} tokens"));
}
