using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Model;

/// <summary>One example shown in the prompt.</summary>
public sealed record Shot(string Input, string Output);

/// <summary>Everything that decides how a model is asked, the input aside.</summary>
public sealed record RecipeContent(
    string Instruction, IReadOnlyList<Shot> Shots, double Temperature, int MaxOutputTokens, string ThinkingLevel, int? ThinkingBudget)
{
    /// <summary>How an input is put: the last turn of the request.</summary>
    public static VertexContent TurnOf(string input) => VertexContent.User(input);

    /// <summary>The whole request for one input: instruction, examples as turns, then the input.</summary>
    public VertexGenerateContentRequest RequestFor(string input) => new()
    {
        SystemInstruction = Instruction is "" ? null : new VertexContent { Parts = [new VertexPart { Text = Instruction }] },
        Contents = [.. Shots.SelectMany(s => new[] { VertexContent.User(s.Input), VertexContent.Model(s.Output) }), TurnOf(input)],
        GenerationConfig = new VertexGenerationConfig
        {
            Temperature = Temperature,
            MaxOutputTokens = MaxOutputTokens,
            ThinkingConfig = ThinkingLevel is "" && ThinkingBudget is null
                ? null
                : new VertexThinkingConfig { ThinkingLevel = ThinkingLevel, ThinkingBudget = ThinkingBudget },
        },
    };
}

/// <summary>How a candidate asks its model. Never changed: a different way of asking is a different recipe with another hash.</summary>
public sealed class Recipe : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string ContentHash { get; init; }

    public required string Instruction { get; init; }

    public required string ShotsJson { get; init; }

    public required double Temperature { get; init; }

    public required int MaxOutputTokens { get; init; }

    /// <summary>Level and budget exclude each other; without either the model thinks as much as it likes.</summary>
    public required string ThinkingLevel { get; init; }

    public required int? ThinkingBudget { get; init; }

    public required DateTime CreatedAt { get; init; }

    public IReadOnlyList<Shot> Shots => JsonSerializer.Deserialize<Shot[]>(ShotsJson) ?? [];

    public RecipeContent Content => new(Instruction, Shots, Temperature, MaxOutputTokens, ThinkingLevel, ThinkingBudget);

    public static Recipe Of(string projectId, RecipeContent content, DateTime now) => new()
    {
        ProjectId = projectId,
        ContentHash = HashOf(content),
        Instruction = content.Instruction,
        ShotsJson = JsonSerializer.Serialize(content.Shots),
        Temperature = content.Temperature,
        MaxOutputTokens = content.MaxOutputTokens,
        ThinkingLevel = content.ThinkingLevel,
        ThinkingBudget = content.ThinkingBudget,
        CreatedAt = now,
    };

    public static string HashOf(RecipeContent content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(content))));

    /// <summary>
    /// The instruction of a tuned model: the task's own words, without the label list that tuning has taught it.
    /// Training lines and serving must both take it from here, or the model is asked otherwise than it was taught.
    /// </summary>
    public static string ShortInstruction(TaskDefinition task) => task.Instruction.Trim();

    /// <inheritdoc cref="RecipeContent.RequestFor"/>
    public VertexGenerateContentRequest RequestFor(string input) => Content.RequestFor(input);
}

internal sealed class RecipeMapping : IEntityTypeConfiguration<Recipe>
{
    public void Configure(EntityTypeBuilder<Recipe> builder)
    {
        builder.HasPublicId("rcp");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.ContentHash).HasMaxLength(64);
        builder.Property(r => r.Instruction).HasMaxLength(Mapping.LongText);
        builder.Property(r => r.ShotsJson).HasMaxLength(Mapping.LongText);
        builder.Property(r => r.ThinkingLevel).HasMaxLength(20);
        builder.Ignore(r => r.Shots).Ignore(r => r.Content);
        builder.BelongsTo<Recipe, Project>(nameof(Recipe.ProjectId));
        builder.HasIndex(r => new { r.TenantId, r.ProjectId, r.ContentHash }).IsUnique();
    }
}
