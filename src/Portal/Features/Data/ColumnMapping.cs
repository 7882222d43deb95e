using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Features.Data;

/// <summary>
/// Where each part of an example comes from. Input, output and system instruction are templates over the columns; the others
/// name one column each, or none.
/// </summary>
public sealed record ColumnMapping(string Input, string Output)
{
    public string System { get; init; } = "";

    /// <summary>The columns that name files, each in double braces.</summary>
    public string Media { get; init; } = "";

    public string Group { get; init; } = "";

    public string Date { get; init; } = "";

    public string Slice { get; init; } = "";

    public string Split { get; init; } = "";

    public string SourceId { get; init; } = "";

    /// <summary>What older formats put after every prompt, to be removed; empty for nothing.</summary>
    public string InputEnding { get; init; } = "";

    public string OutputEnding { get; init; } = "";

    [JsonIgnore]
    public IReadOnlyList<string> Columns =>
        [.. new RowTemplate(Input).Columns.Concat(new RowTemplate(Output).Columns).Concat(new RowTemplate(System).Columns).Concat(new RowTemplate(Media).Columns)
            .Concat([Group, Date, Slice, Split, SourceId]).Where(c => c is not "").Distinct(StringComparer.Ordinal)];

    /// <summary>Each part by the name that people know it by.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, string Value)> Parts =>
    [
        ("Input", Input), ("Expected output", Output), ("System instruction", System), ("Files", Media), ("Group", Group), ("Date", Date), ("Slice", Slice), ("Split column", Split), ("Id", SourceId),
        ("Removed after the input", InputEnding), ("Removed after the output", OutputEnding),
    ];

    /// <summary>Why it cannot be imported so; empty when it can.</summary>
    [JsonIgnore]
    public string Obstacle => this switch
    {
        { Input: "", Media: "" } => "Choose a column for the input",
        { Output: "" } => "Choose a column for the expected output",
        _ when Media is not "" && !new RowTemplate(Media).Columns.Any() => "The files name no column in double braces",
        _ when Media is "" && !new RowTemplate(Input).Columns.Any() => "The input names no column in double braces",
        _ when !new RowTemplate(Output).Columns.Any() => "The expected output names no column in double braces",
        _ when Input == Output => "Choose different columns for input and expected output",
        _ => "",
    };

    /// <summary>One column each, as they are.</summary>
    public static ColumnMapping Of(string input, string output) => new(RowTemplate.Of(input), RowTemplate.Of(output));

    public static ColumnMapping? Parse(string stored) => stored is "" ? null : JsonSerializer.Deserialize<ColumnMapping>(stored);

    public string ToStored() => JsonSerializer.Serialize(this);

    /// <summary>What tells files of the same make: their format and the names of their columns.</summary>
    public static string ShapeOf(SourceFormat format, IEnumerable<string> columns) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{format}\n{string.Join('\n', columns)}")));
}
