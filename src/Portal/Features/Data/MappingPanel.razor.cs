using Microsoft.AspNetCore.Components;

namespace Portal.Features.Data;

/// <summary>Which columns matter and how the file is read, with the first rows as proof.</summary>
public sealed partial class MappingPanel
{
    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    private ImportPreview? _shown;
    private string _input = "";
    private string _output = "";

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
    public EventCallback<SourceLayout> OnLayout { get; set; }

    [Parameter]
    public EventCallback<(string Input, string Output)> OnImport { get; set; }

    private string Obstacle => this switch
    {
        { WhyNot: not "" } => WhyNot,
        { Problem: not "" } => "The file cannot be read this way",
        { Preview.Columns.Count: < 2 } => "Only one column was found, and two are needed. Choose another delimiter",
        _ when _input is "" || _output is "" => "Choose both columns",
        _ when _input == _output => "Choose two different columns",
        _ => "",
    };

    protected override void OnParametersSet()
    {
        if (Preview is not { } preview || ReferenceEquals(preview, _shown))
        {
            return;
        }

        // A choice survives another reading of the file as long as its column does.
        _input = _shown is not null && preview.Columns.Contains(_input) ? _input : preview.Input;
        _output = _shown is not null && preview.Columns.Contains(_output) ? _output : preview.Output;
        _shown = preview;
    }

    private static string NameOf(char delimiter) => delimiter switch
    {
        ',' => "Comma ,",
        ';' => "Semicolon ;",
        '\t' => "Tab",
        _ => "Bar |",
    };
}
