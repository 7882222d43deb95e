using Portal.Vertex.Contracts;

namespace Portal.Features.Data;

/// <summary>The files of a stored row on its way to Google, where each gets an address or its bytes in the place of its hash.</summary>
public static class RowFiles
{
    private const long PictureTokens = 258;
    private const long SoundTokensPerSecond = 32;
    private const long FilmTokensPerSecond = 300;

    public static IReadOnlyList<string> HashesOf(VersionExample row) => MediaAddress.HashesIn(row.Content);

    /// <param name="place">What stands for the file of a hash.</param>
    public static VertexGenerateContentRequest Placed(VertexGenerateContentRequest line, Func<string, VertexFileData, VertexPart> place) => line with
    {
        Contents = [.. line.Contents.Select(c => c with { Parts = [.. c.Parts.Select(p => p.FileData is { } file ? place(HashOf(file), file) : p)] })],
    };

    /// <summary>The line of a training file, its files at addresses below a folder of a bucket.</summary>
    public static VertexGenerateContentRequest At(VertexGenerateContentRequest line, string folder) => Placed(
        line, (hash, file) => new VertexPart { FileData = file with { FileUri = $"{folder}{MediaFile.ObjectNameOf(hash, file.MimeType)}" } });

    /// <summary>Before anybody has counted them, as Google documents it: a picture or a page, and a second of sound or film, cost so many each.</summary>
    public static long TokensOf(MediaFile file) => file.Kind switch
    {
        MediaKind.Image => PictureTokens,
        MediaKind.Document => PictureTokens * Math.Max(1, file.Pages ?? 1),
        _ => Math.Max(PictureTokens, (((file.Milliseconds ?? 0) + 999) / 1_000) * (file.Kind is MediaKind.Audio ? SoundTokensPerSecond : FilmTokensPerSecond)),
    };

    /// <summary>A stored row names nothing but kept files; one that does all the same was put there by somebody else, and leads nowhere.</summary>
    private static string HashOf(VertexFileData file) => MediaAddress.Parse(file.FileUri) is { } media
        ? media.Sha256
        : throw new PortalException("A row of this version names a file at an address, and nothing is fetched from one. Import the rows again with their files in a ZIP, and freeze a new version.");
}
