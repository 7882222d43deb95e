namespace Portal.Features.Data;

/// <summary>One row of a file as the mapping understands it. The same object is filled again for every row, so a million of them cost nothing.</summary>
internal sealed class MappedRow
{
    /// <summary>Row in the file, from 1, header and blank lines not counted.</summary>
    public int Number { get; set; }

    /// <summary>Line of the file, or row of the sheet, where it begins.</summary>
    public long Line { get; set; }

    /// <summary>Why the row cannot be used, in words; null for a good one.</summary>
    public string? Problem { get; set; }

    /// <summary>The beginning of an unusable row, so that its owner finds it again.</summary>
    public string Raw { get; set; } = "";

    public string Input { get; set; } = "";

    public string Output { get; set; } = "";

    /// <summary>A system instruction of the row's own.</summary>
    public string System { get; set; } = "";

    /// <summary>The row in Gemini's shape where it is more than one text and its answer; null otherwise.</summary>
    public string? Content { get; set; }

    /// <summary>What must not be torn apart by a split: a person, a document.</summary>
    public string Group { get; set; } = "";

    public DateTime? Date { get; set; }

    /// <summary>The slice that scores are shown for.</summary>
    public string Slice { get; set; } = "";

    /// <summary>The split the file itself asks for.</summary>
    public Split? Split { get; set; }

    /// <summary>The row's name where it came from.</summary>
    public string SourceId { get; set; } = "";

    public RowNotes Notes { get; set; }

    /// <summary>The files of the row, once they are found.</summary>
    public List<MediaFile> Media { get; } = [];

    /// <summary>Why one of its files cannot be had.</summary>
    public MediaFault? MediaFault { get; set; }

    /// <summary>The row, or the name of a file, says that it were of another type than it is.</summary>
    public bool IsMediaOtherwise { get; set; }
}
