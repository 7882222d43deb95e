namespace Portal.Features.Data;

public enum SourceFormat
{
    Csv,

    /// <summary>One JSON value a line.</summary>
    JsonLines,

    /// <summary>One JSON document that holds the rows in a list, or several documents one after the other.</summary>
    Json,
    Xlsx,
}

public enum SourceContainer
{
    None,
    Gzip,
    Zip,
}

/// <summary>How a table says that a delimiter or a line break belongs to the text.</summary>
public enum SourceQuoting
{
    /// <summary>Quotes, and two of them for one that is meant (RFC 4180).</summary>
    Doubled,

    /// <summary>Quotes, and a backslash before one that is meant.</summary>
    Backslash,

    /// <summary>Single quotes.</summary>
    Apostrophe,

    /// <summary>A quote is text like any other.</summary>
    None,
}

/// <summary>How a file is to be read.</summary>
public sealed record SourceLayout(SourceFormat Format, string Encoding, char Delimiter, bool HasHeader)
{
    public SourceQuoting Quoting { get; init; }

    public SourceContainer Container { get; init; }

    /// <summary>The file inside an archive.</summary>
    public string Entry { get; init; } = "";

    /// <summary>The sheet of a workbook.</summary>
    public string Sheet { get; init; } = "";

    /// <summary>Where in a JSON document the list of rows is, as names with dots; empty for the document itself.</summary>
    public string Items { get; init; } = "";
}
