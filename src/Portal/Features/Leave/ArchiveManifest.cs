using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Features.Leave;

/// <summary>What an archive says of itself. It is written last and names every other file with its hash.</summary>
public sealed record ArchiveManifest
{
    public const string FormatName = "portal-organization";

    /// <summary>Raised when older builds could no longer read what is written.</summary>
    public const int CurrentVersion = 2;

    public const string Path = "manifest.json";

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        AllowDuplicateProperties = false,
    };

    /// <summary>The same on one line.</summary>
    internal static readonly JsonSerializerOptions Compact = new(Json) { WriteIndented = false };

    /// <summary>As somebody else's text is read: nothing is null that must not be, and nothing stands there unknown.</summary>
    internal static readonly JsonSerializerOptions Strict = new(Json)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public required string Format { get; init; }

    public required int Version { get; init; }

    public required DateTime ExportedAt { get; init; }

    public required ArchivedOrganization Organization { get; init; }

    /// <summary>Where the vendor's objects that rows name belong; nothing of theirs is in the archive.</summary>
    public required ArchivedConnection Connection { get; init; }

    public required IReadOnlyList<ArchivedTable> Tables { get; init; }

    public required IReadOnlyList<ArchivedFile> Files { get; init; }

    /// <summary>Uploaded files, by the name that rows know them under.</summary>
    public required IReadOnlyList<ArchivedSource> Sources { get; init; }

    /// <summary>Uploads whose file was no longer there.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    public required IReadOnlyList<WithheldPart> Withheld { get; init; }

    /// <summary>What was used and what it cost, by month, meter and currency: whoever takes it in must come to the same sums.</summary>
    public required IReadOnlyList<UsageSum> Usage { get; init; }
}

public sealed record ArchivedOrganization(string Id, string Name, string Slug, string Kind, DateTime CreatedAt);

public sealed record ArchivedConnection(string Kind, string GcpProject);

/// <param name="Name">The entity, in the words of the portal's glossary.</param>
public sealed record ArchivedTable(string Name, string Path, long Rows);

public sealed record ArchivedFile(string Path, long Bytes, string Sha256);

public sealed record ArchivedSource(string BlobName, string Path);

/// <summary>What is not in the archive, and why.</summary>
public sealed record WithheldPart(string What, string Why);
