using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>What a candidate said to one row, and how good it was; or why it could not be asked.</summary>
public sealed class CandidateAnswer : ITenantOwned
{
    public const int AnswerLength = 20_000;
    public const int ErrorLength = 1_000;

    public string TenantId { get; private set; } = "";

    public required string RunId { get; init; }

    /// <summary>The row's number in its dataset version.</summary>
    public required int Number { get; init; }

    public string Answer { get; init; } = "";

    public bool IsCorrect { get; init; }

    public double Score { get; init; }

    /// <summary>Google's word for how the answer ended; a blocked or cut-off answer is a wrong answer, not a failure.</summary>
    public string FinishReason { get; init; } = "";

    public double LatencyMs { get; init; }

    public int InputTokens { get; init; }

    public int OutputTokens { get; init; }

    /// <summary>Contained in <see cref="InputTokens"/>.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Billed as output, beside <see cref="OutputTokens"/>.</summary>
    public int ThinkingTokens { get; init; }

    /// <summary>Set where there is no answer: the row counts as failed.</summary>
    public string? Error { get; init; }

    /// <summary>A vendor's text as every database takes it: not too long, not cut inside a surrogate pair, without NUL.</summary>
    internal static string Stored(string text, int length)
    {
        text = text.Replace("\0", "", StringComparison.Ordinal);
        return text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}

internal sealed class CandidateAnswerMapping : IEntityTypeConfiguration<CandidateAnswer>
{
    public void Configure(EntityTypeBuilder<CandidateAnswer> builder)
    {
        builder.HasKey(a => new { a.TenantId, a.RunId, a.Number });
        builder.Property(a => a.RunId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.Answer).HasMaxLength(CandidateAnswer.AnswerLength);
        builder.Property(a => a.FinishReason).HasMaxLength(60);
        builder.Property(a => a.Error).HasMaxLength(CandidateAnswer.ErrorLength);
        builder.BelongsTo<CandidateAnswer, CandidateRun>(nameof(CandidateAnswer.RunId));
    }
}
