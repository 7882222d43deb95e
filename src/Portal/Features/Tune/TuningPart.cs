using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>The settings of a project's last tuning.</summary>
public sealed class TuningPart(IDbContextFactory<PortalDbContext> dbs) : IPlaybookPart
{
    /// <summary>Under which a project's start keeps it.</summary>
    public const string StoredAs = "tuning";

    public string Key => StoredAs;

    public string Name => "Tuning settings";

    public string Advice => "";

    public async Task<string?> ReadAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var last = await db.TuningJobs.AsNoTracking().Where(j => j.ProjectId == projectId).OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id)
            .Select(j => new { j.EpochCount, j.LearningRateMultiplier, j.AdapterSize }).FirstOrDefaultAsync(ct);
        return last is null ? null : JsonSerializer.Serialize(new Hyperparameters(last.EpochCount, last.LearningRateMultiplier, last.AdapterSize));
    }

    public IReadOnlyList<(string Name, string Value)> Show(string settings) => Parse(settings) is not { } read ? [] :
    [
        ("Epochs", read.Epochs?.ToString(CultureInfo.InvariantCulture) ?? "Automatic"),
        ("Learning-rate multiplier", read.LearningRateMultiplier?.ToString("0.##", CultureInfo.InvariantCulture) ?? "Automatic"),
        ("Adapter size", read.AdapterSize.ToString(CultureInfo.InvariantCulture)),
    ];

    public static Hyperparameters? Parse(string? settings) => settings is null ? null : JsonSerializer.Deserialize<Hyperparameters>(settings);
}
