using System.Globalization;

namespace Portal.Features.Evaluate;

/// <summary>What of the results is shown. All of it stands in the address, so a look at a failure can be sent to a colleague.</summary>
public sealed record EvaluateView(string Org, string ProjectId)
{
    public const string Labels = "labels";
    public const string Confusions = "confusions";
    public const string Rows = "rows";

    public string? Evaluation { get; init; }

    public string? Candidate { get; init; }

    /// <summary>Which part below the table is open; the rows only when somebody has asked for them.</summary>
    public string? Part { get; init; }

    /// <summary>Order of the label table.</summary>
    public string? Sort { get; init; }

    public string? Filter { get; init; }

    /// <summary>The confusion whose rows are shown, by its place in the list.</summary>
    public int? Pair { get; init; }

    public int Page { get; init; } = 1;

    public string Address => PortalUrls.Evaluate(
        Org, ProjectId, ("evaluation", Evaluation), ("candidate", Candidate), ("part", Part), ("sort", Sort), ("filter", Filter),
        ("pair", Pair?.ToString(CultureInfo.InvariantCulture)), ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null));

    public RowFilter RowFilter => Enum.TryParse<RowFilter>(Filter, ignoreCase: true, out var filter) ? filter : RowFilter.CandidateWrong;

    /// <summary>Another part begins at its own first page, without the choices of the last.</summary>
    public EvaluateView At(string? part) => this with { Part = part, Filter = null, Pair = null, Page = 1 };
}
