namespace Portal.Features.Data;

/// <summary>A row as somebody wants it: its texts, or where it is a conversation the words of its pieces.</summary>
public sealed record RowDraft(string Input, string Output, string System = "", string Slice = "")
{
    public const int MaximumLength = 60_000;

    public IReadOnlyList<PartDraft> Parts { get; init; } = [];

    /// <summary>Why, for the row's history.</summary>
    public string Note { get; init; } = "";

    /// <summary>The row takes part again once it is saved, whatever decision kept it in quarantine.</summary>
    public bool Releases { get; init; }

    /// <summary>What a draft of a model's would be as a row.</summary>
    internal static RowDraft Of(Augmentation run, SyntheticDraft draft) => new(draft.Input, draft.Output, Slice: run.Slice);

    /// <summary>What the row would be. A conversation keeps its turns, functions and files.</summary>
    internal RowWords Over(string? content)
    {
        var words = new RowWords(Input, Output, System, null);
        if (content is not null)
        {
            var (input, output, changed) = RowContent.With(content, Parts);
            words = new RowWords(input, output, System, changed);
        }

        return words.Checked();
    }
}

/// <summary>All that a model is given of a row.</summary>
internal sealed record RowWords(string Input, string Output, string System, string? Content)
{
    public static RowWords Of(Example row) => new(row.Input, row.Output, row.System, row.Content);

    public static RowWords Of(RowEdit edit) => new(edit.Input, edit.Output, edit.System, edit.Content);

    public RowWords Checked() => this switch
    {
        _ when string.IsNullOrWhiteSpace(Input) => throw new PortalException("The input is empty. Fill it, or drop the row."),
        _ when string.IsNullOrWhiteSpace(Output) => throw new PortalException("The expected output is empty. Fill it, or drop the row."),
        _ when (Input + Output + System + Content).Contains('\0') || Content?.Contains("\\u0000", StringComparison.Ordinal) is true
            => throw new PortalException("The text holds a NUL character, which databases and models refuse. Remove it."),
        _ when Math.Max(Input.Length, Math.Max(Output.Length, System.Length)) is > RowDraft.MaximumLength and var length
            => throw new PortalException($"A text of {length:N0} characters is too long to be typed in; {RowDraft.MaximumLength:N0} is the most. Upload it in a file."),
        _ => this,
    };
}
