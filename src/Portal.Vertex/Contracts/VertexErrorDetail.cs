using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace Portal.Vertex.Contracts;

/// <summary>
/// One of google.rpc.BadRequest, ErrorInfo, QuotaFailure and RetryInfo, told apart by <see cref="Type"/>; fields of other types are dropped.
/// Source: vertex-ai.md 1.4.
/// </summary>
public sealed record VertexErrorDetail
{
    public const string BadRequest = "type.googleapis.com/google.rpc.BadRequest";
    public const string ErrorInfo = "type.googleapis.com/google.rpc.ErrorInfo";
    public const string QuotaFailure = "type.googleapis.com/google.rpc.QuotaFailure";
    public const string RetryInfo = "type.googleapis.com/google.rpc.RetryInfo";

    [JsonPropertyName("@type")]
    public string Type { get; init; } = "";

    /// <summary>BadRequest.</summary>
    public IReadOnlyList<VertexFieldViolation> FieldViolations { get; init; } = [];

    /// <summary>ErrorInfo, e.g. <c>SERVICE_DISABLED</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>ErrorInfo.</summary>
    public string Domain { get; init; } = "";

    /// <summary>ErrorInfo.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>QuotaFailure.</summary>
    public IReadOnlyList<VertexQuotaViolation> Violations { get; init; } = [];

    /// <summary>RetryInfo; <c>"30s"</c> on the wire.</summary>
    public TimeSpan? RetryDelay { get; init; }
}
