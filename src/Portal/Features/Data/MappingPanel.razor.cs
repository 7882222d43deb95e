using Microsoft.AspNetCore.Components;

namespace Portal.Features.Data;

/// <summary>Which columns matter and how the file is read, with the first rows as proof.</summary>
public sealed partial class MappingPanel
{
    private ImportPreview? _shown;
    private ColumnMapping _mapping = new("", "");
    private ColumnMapping? _offered;
    private bool _isTemplate;

    [Parameter, EditorRequired]
    public DatasetImport Import { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public ImportPreview? Preview { get; set; }

    [Parameter]
    public string Problem { get; set; } = "";

    [Parameter]
    public bool IsRepeat { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public string WhyNot { get; set; } = "";

    [Parameter]
    public EventCallback<(SourceLayout Layout, ColumnMapping? Mapping)> OnPreview { get; set; }

    [Parameter]
    public EventCallback<ColumnMapping> OnImport { get; set; }

    private string Obstacle => this switch
    {
        { WhyNot: not "" } => WhyNot,
        { Problem: not "" } => "The file cannot be read this way",
        { Preview.Columns.Count: < 2 } => "Only one column was found, and two are needed. Choose another delimiter",
        _ => _mapping.Obstacle,
    };

    private bool CanBeColumns => (ColumnIn(_mapping.Input) is not "" || _mapping is { Input: "", Media: not "" }) && ColumnIn(_mapping.Output) is not "" && (_mapping.Media is "" || ColumnIn(_mapping.Media) is not "") && (_mapping.System is "" || ColumnIn(_mapping.System) is not "");

    private string EndingWords => $"Remove the old endings: {string.Join(" and ", new[] { _offered?.InputEnding, _offered?.OutputEnding }.Where(e => !string.IsNullOrEmpty(e)).Select(e => $"\"{e?.Trim()}\""))}";

    protected override void OnParametersSet()
    {
        if (Preview is not { } preview || ReferenceEquals(preview, _shown))
        {
            return;
        }

        _mapping = preview.Mapping;
        _offered = _mapping is { InputEnding: not "" } or { OutputEnding: not "" } ? _mapping : _offered;
        _isTemplate |= (_mapping.Input is not "" || _mapping.Media is not "") && _mapping.Output is not "" && !CanBeColumns;
        _shown = preview;
    }

    /// <summary>The column, where a template is nothing but one.</summary>
    internal static string ColumnIn(string template) =>
        new RowTemplate(template).Columns.ToList() is [var only] && RowTemplate.Of(only) == template ? only : "";

    private static string TemplateOf(string column) => column is "" ? "" : RowTemplate.Of(column);

    private bool SameTable(SourceLayout layout) => Preview is { } preview && (layout.Entry, layout.Sheet, layout.HasHeader, layout.Delimiter) == (preview.Layout.Entry, preview.Layout.Sheet, preview.Layout.HasHeader, preview.Layout.Delimiter);

    private Task SwitchEndingsAsync(bool remove) => ChangeAsync(_mapping with
    {
        InputEnding = remove ? _offered?.InputEnding ?? "" : "",
        OutputEnding = remove ? _offered?.OutputEnding ?? "" : "",
    });

    private Task ChangeAsync(ColumnMapping mapping)
    {
        _mapping = mapping;
        return Preview is { } preview ? OnPreview.InvokeAsync((preview.Layout, mapping)) : Task.CompletedTask;
    }
}
