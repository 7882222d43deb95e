namespace Portal.Features.Data;

/// <summary>What a model takes of one kind of media in an example.</summary>
/// <param name="MimeTypes">By their names in <see cref="MediaTypes"/>.</param>
/// <param name="MaxSeconds">Of a sound or a film; null where it has no length.</param>
/// <param name="MaxPages">Of all documents together; null where there are none.</param>
public sealed record MediaLimit(MediaKind Kind, int MaxFiles, long MaxBytes, IReadOnlyList<string> MimeTypes, int? MaxSeconds = null, int? MaxPages = null)
{
    public bool Equals(MediaLimit? other) => other is not null
        && (Kind, MaxFiles, MaxBytes, MaxSeconds, MaxPages) == (other.Kind, other.MaxFiles, other.MaxBytes, other.MaxSeconds, other.MaxPages) && MimeTypes.SequenceEqual(other.MimeTypes);

    public override int GetHashCode() => HashCode.Combine(Kind, MaxFiles, MaxBytes, MimeTypes.Count, MaxSeconds, MaxPages);
}

/// <summary>What a model takes for tuning, as the catalogue has it. A kind of media without a limit is not taken at all; a limit of 0 is not known.</summary>
public sealed record ModelLimits(string Name, int MaxExampleTokens, long MaxTrainingBytes, IReadOnlyList<MediaLimit> Media)
{
    public bool Takes(MediaKind kind, string mimeType) => Media.Any(l => l.Kind == kind && l.MimeTypes.Any(t => MediaTypes.Of(t) == mimeType));

    /// <summary>Why it does not take a row with these files; null when it does.</summary>
    public string? WhyNot(IReadOnlyList<MediaFile> files)
    {
        foreach (var kind in files.GroupBy(f => f.Kind))
        {
            var limit = Media.FirstOrDefault(l => l.Kind == kind.Key);
            if (limit is null)
            {
                return $"{MediaWords.Of(kind.Key)} is not taken";
            }

            if (WhyNot(limit, kind.Key, [.. kind]) is { } why)
            {
                return why;
            }
        }

        return null;
    }

    private static string? WhyNot(MediaLimit limit, MediaKind kind, List<MediaFile> files)
    {
        if (files.Find(f => !limit.MimeTypes.Any(t => MediaTypes.Of(t) == f.MimeType)) is { } other)
        {
            return $"{other.MimeType} is not taken";
        }

        return When(files.Count > limit.MaxFiles, $"more than {limit.MaxFiles:N0} {MediaWords.Files(kind, limit.MaxFiles)} in a row")
            ?? When(files.Exists(f => f.Length > limit.MaxBytes), $"{MediaWords.Of(kind)} of more than {Components.Show.Bytes(limit.MaxBytes)}")
            ?? When(limit.MaxSeconds is { } seconds && files.Exists(f => f.Milliseconds > seconds * 1_000L), $"{MediaWords.Of(kind)} longer than {limit.MaxSeconds / 60.0:0.#} minutes")
            ?? When(limit.MaxPages is { } pages && files.Sum(f => (long)(f.Pages ?? 0)) > pages, $"more than {limit.MaxPages:N0} pages in a row");

        static string? When(bool so, string words) => so ? words : null;
    }
}

/// <summary>The models that a project is or may be tuned with.</summary>
/// <param name="IsChosen">Whether it is the one that was chosen, and not all that there are.</param>
public sealed record ProjectLimits(IReadOnlyList<ModelLimits> Models, bool IsChosen);

/// <summary>The catalogue is a later slice's: it lends the limits, and the arrow stays as it is.</summary>
public interface IVendorLimits
{
    Task<ProjectLimits> OfAsync(string projectId, CancellationToken ct);
}
