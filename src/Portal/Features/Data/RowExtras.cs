namespace Portal.Features.Data;

/// <summary>What a row has beside its input and its output.</summary>
internal sealed record RowExtras(string System, string? Content, string Slice, string SourceId, string Group, DateTime? Date, Split? Given, bool IsSynthetic = false, bool IsFromTraffic = false);
