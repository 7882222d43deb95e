using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>The tier that a project went on with. Models come and go; the next project measures those that its tier has then.</summary>
public sealed class TierPart(IDbContextFactory<PortalDbContext> dbs) : IPlaybookPart
{
    /// <summary>Under which a project's start keeps it.</summary>
    public const string StoredAs = "tier";

    public string Key => StoredAs;

    public string Name => "Tier of the model";

    public string Advice => "";

    public async Task<string?> ReadAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var tiers = from choice in db.ModelChoices.AsNoTracking()
                    join model in db.CatalogueModels on choice.BaseModelId equals model.Id
                    where choice.ProjectId == projectId
                    select (ModelTier?)model.Tier;
        return (await tiers.SingleOrDefaultAsync(ct))?.ToString();
    }

    public IReadOnlyList<(string Name, string Value)> Show(string settings) => Parse(settings) is { } tier ? [("Tier", ModelWords.Of(tier))] : [];

    public static ModelTier? Parse(string? settings) => Enum.TryParse<ModelTier>(settings, out var tier) && Enum.IsDefined(tier) ? tier : null;
}
