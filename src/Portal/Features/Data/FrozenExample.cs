using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// An example as a version keeps it. The number is its row in the file it came from, so it is unique in the version and
/// leads back to the source. Read it through <see cref="ExampleService"/>, which guards the sealed split.
/// </summary>
public sealed class FrozenExample : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string VersionId { get; init; }

    public required Split Split { get; init; }

    public required int Number { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>A system instruction of the row's own.</summary>
    public string System { get; init; } = "";

    /// <summary>The row in Gemini's shape where it is more than one text and its answer.</summary>
    public string? Content { get; init; }

    public string Slice { get; init; } = "";

    /// <summary>The row's name where it came from.</summary>
    public string SourceId { get; init; } = "";

    /// <summary>Written by a model: always a training row.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>From a call to a deployment of the project: in any split, like a row of a file.</summary>
    public bool IsFromTraffic { get; init; }

    /// <summary>What a version's hashes are made of. Lengths go into it, so that no text can be moved between input and output unseen.</summary>
    public static byte[] HashOf(string input, string output, string system, string? content)
    {
        if (system is not "" || content is not null)
        {
            (input, output) = ($"{system.Length}:{system}{input}", $"{output}{content}");
        }

        var (inputLength, outputLength) = (Encoding.UTF8.GetByteCount(input), Encoding.UTF8.GetByteCount(output));
        var bytes = new byte[4 + inputLength + outputLength];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, inputLength);
        Encoding.UTF8.GetBytes(input, bytes.AsSpan(4));
        Encoding.UTF8.GetBytes(output, bytes.AsSpan(4 + inputLength));
        return SHA256.HashData(bytes);
    }
}

internal sealed class FrozenExampleMapping : IEntityTypeConfiguration<FrozenExample>
{
    public void Configure(EntityTypeBuilder<FrozenExample> builder)
    {
        // The key is the reading order, so a page of a split is one range of it, and a row costs no second index.
        builder.HasKey(e => new { e.TenantId, e.VersionId, e.Split, e.Number });
        builder.Property(e => e.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Split).HasMaxLength(10);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Input).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Output).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.System).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Content).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Slice).HasMaxLength(200);
        builder.Property(e => e.SourceId).HasMaxLength(200);
        // What was frozen before a model could write rows.
        builder.Property(e => e.IsSynthetic).HasDefaultValue(false);
        builder.Property(e => e.IsFromTraffic).HasDefaultValue(false);
        builder.BelongsTo<FrozenExample, DatasetVersion>(nameof(FrozenExample.VersionId));
    }
}
