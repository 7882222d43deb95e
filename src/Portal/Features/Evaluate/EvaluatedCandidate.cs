using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>A candidate's part in an evaluation: the run that answers the sealed rows, and what came out of it.</summary>
public sealed class EvaluatedCandidate : ITenantOwned
{
    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };

    public string TenantId { get; private set; } = "";

    public required string EvaluationId { get; init; }

    /// <summary>0 is the baseline; the others are compared with it.</summary>
    public required int Place { get; init; }

    public required string CandidateId { get; init; }

    public required string Name { get; init; }

    public required Rung Rung { get; init; }

    public string? RunId { get; private set; }

    public string ResultJson { get; private set; } = "";

    public bool IsBaseline => Place is 0;

    public CandidateResult? Result => ResultJson is "" ? null : JsonSerializer.Deserialize<CandidateResult>(ResultJson, s_json);

    public void StartedAs(string runId) => RunId = runId;

    public void Measured(CandidateResult result) => ResultJson = JsonSerializer.Serialize(result, s_json);
}

internal sealed class EvaluatedCandidateMapping : IEntityTypeConfiguration<EvaluatedCandidate>
{
    public void Configure(EntityTypeBuilder<EvaluatedCandidate> builder)
    {
        builder.HasKey(c => new { c.TenantId, c.EvaluationId, c.Place });
        builder.Property(c => c.EvaluationId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.Place).ValueGeneratedNever();
        builder.Property(c => c.CandidateId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.Name).HasMaxLength(200);
        builder.Property(c => c.RunId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.ResultJson).HasMaxLength(Mapping.LongText);
        builder.Ignore(c => c.Result).Ignore(c => c.IsBaseline);
        builder.BelongsTo<EvaluatedCandidate, EvaluationRun>(nameof(EvaluatedCandidate.EvaluationId));
        builder.BelongsTo<EvaluatedCandidate, Candidate>(nameof(EvaluatedCandidate.CandidateId));
        builder.BelongsTo<EvaluatedCandidate, CandidateRun>(nameof(EvaluatedCandidate.RunId));
        builder.HasIndex(c => new { c.TenantId, c.CandidateId });
    }
}
