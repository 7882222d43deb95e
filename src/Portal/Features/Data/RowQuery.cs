namespace Portal.Features.Data;

public enum RowStatus
{
    Any,
    TakesPart,

    /// <summary>Out for now, by a rule or a decision, until somebody releases or drops it.</summary>
    Quarantined,
    Dropped,
    Edited,
    ByHand,

    /// <summary>Written by a model.</summary>
    Synthetic,

    /// <summary>From calls to a deployment.</summary>
    Traffic,
}

public enum RowSort
{
    Number,
    NumberDown,
    Label,
    LabelDown,
}

/// <summary>Which of the rows worked on to show, in which order, and from where: the page behind one row, or before another.</summary>
public sealed record RowQuery(
    string Search = "", string? FindingId = null, string? Label = null, string? Slice = null, Split? Split = null, RowStatus Status = RowStatus.Any,
    RowSort Sort = RowSort.Number, int? After = null, int? Before = null)
{
    /// <summary>What is searched for by its texts has no index, so it comes in the order of the rows.</summary>
    public RowSort Order => Search.Trim() is "" ? Sort : Sort is RowSort.NumberDown ? RowSort.NumberDown : RowSort.Number;

    public bool IsFiltered => Search.Trim() is not "" || FindingId is not null || Label is not null || Slice is not null || Split is not null || Status is not RowStatus.Any;

    /// <summary>From an address; what is not known there is left out.</summary>
    public static RowQuery Parse(string? search, string? findingId, string? label, string? slice, string? split, string? status) => new(
        search ?? "", findingId, label, slice, Enum.TryParse<Split>(split, true, out var of) && of is Data.Split.Train or Data.Split.Validation ? of : null,
        Enum.TryParse<RowStatus>(status, true, out var standing) && Enum.IsDefined(standing) ? standing : RowStatus.Any);

    public bool IsForward => Before is null;

    public bool IsUp => (Order is RowSort.Number or RowSort.Label) == IsForward;
}

/// <summary>A row among others.</summary>
public sealed record ExampleRow(
    int Number, string Input, string Output, FindingRule? SetAsideBy, string Reason, bool IsDropped = false, int Revision = 0, RowOrigin Origin = RowOrigin.File, string Slice = "");

/// <summary>Where all rows are: what takes part, what waits and what is dropped sum to what was read and added.</summary>
public sealed record RowCounts(int All, int TakesPart, int Quarantined, int Dropped, int Sealed);

/// <summary>A page of rows. Sealed ones are counted and never shown.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Total">How many match; null where it is more than is worth counting, or was not counted.</param>
/// <param name="Counts">Of all rows.</param>
/// <param name="HasEarlier">Whether rows come before these.</param>
/// <param name="HasLater">Whether rows come after these.</param>
/// <param name="SearchedTo">The row that a search has come to, where it has not come to the end.</param>
public sealed record RowPage(IReadOnlyList<ExampleRow> Rows, int? Total, RowCounts Counts, bool HasEarlier, bool HasLater, int? SearchedTo = null)
{
    /// <summary>The files of rows by the rows' numbers.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<ShownMedia>> Media { get; init; } = new Dictionary<int, IReadOnlyList<ShownMedia>>();
}

/// <summary>What rows can be filtered by.</summary>
public sealed record RowFacets(IReadOnlyList<string> Labels, IReadOnlyList<string> Slices);
