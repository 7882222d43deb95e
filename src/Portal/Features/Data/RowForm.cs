namespace Portal.Features.Data;

/// <summary>A row while somebody types in it.</summary>
public sealed class RowForm
{
    public string Input { get; set; } = "";

    public string Output { get; set; } = "";

    public string System { get; set; } = "";

    public string Slice { get; set; } = "";

    public string Note { get; set; } = "";

    public IList<PartForm> Parts { get; } = [];

    public static RowForm Of(RowDetail row)
    {
        var form = new RowForm { Input = row.Input, Output = row.Output, System = row.System };
        foreach (var (turn, part) in row.Turns.SelectMany(t => t.Parts.Select(p => (t, p))))
        {
            form.Parts.Add(new PartForm(turn.Turn, part.Part, TitleOf(turn, part), part.Kind, part.Text));
        }

        return form;
    }

    public bool DiffersFrom(RowDetail row) => Of(row) is var shown
        && ((shown.Input, shown.Output, shown.System) != (Input, Output, System) || !shown.Parts.Select(p => p.Text).SequenceEqual(Parts.Select(p => p.Text)));

    public RowDraft ToDraft(bool releases = false) => new(Input, Output, System, Slice)
    {
        Parts = [.. Parts.Where(p => p.Kind is not RowPartKind.Other).Select(p => new PartDraft(p.Turn, p.Part, p.Text))],
        Note = Note,
        Releases = releases,
    };

    private static string TitleOf(RowTurn turn, RowPart part) => $"Turn {turn.Turn + 1}, {(turn.IsModel ? "model" : "user")}" + part.Kind switch
    {
        RowPartKind.Call => $": arguments of {part.Name}",
        RowPartKind.Response => $": answer of {part.Name}",
        RowPartKind.Other => $": {part.Name}",
        _ => "",
    };
}

public sealed class PartForm(int turn, int part, string title, RowPartKind kind, string text)
{
    public int Turn { get; } = turn;

    public int Part { get; } = part;

    public string Title { get; } = title;

    public RowPartKind Kind { get; } = kind;

    public string Text { get; set; } = text;
}
