using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Tests.Features.Leave;

/// <summary>An archive taken apart, to be changed and put together again: with hashes that fit, as a forger would.</summary>
internal sealed class ArchiveCopy
{
    public ArchiveCopy(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        foreach (var entry in zip.Entries)
        {
            using var content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            Files[entry.FullName] = copy.ToArray();
        }

        Manifest = JsonNode.Parse(Files["manifest.json"])!.AsObject();
        Files.Remove("manifest.json");
    }

    public Dictionary<string, byte[]> Files { get; } = [];

    public JsonObject Manifest { get; }

    /// <summary>Entries beside those that the manifest names.</summary>
    public List<(string Name, byte[] Content)> More { get; } = [];

    public static string Table(string name) => $"tables/{name}.jsonl";

    public string[] Lines(string table) => Encoding.UTF8.GetString(Files[Table(table)]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonObject Row(string table, int number = 0) => JsonNode.Parse(Lines(table)[number])!.AsObject();

    public void SetLines(string table, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        Files[Table(table)] = Encoding.UTF8.GetBytes(string.Concat(all.Select(l => l + "\n")));
        Manifest["tables"]!.AsArray().Single(t => (string?)t!["name"] == table)!["rows"] = all.Count;
    }

    /// <summary>Changes one value of one row.</summary>
    public void Set(string table, string column, JsonNode? value, int number = 0)
    {
        var (lines, row) = (Lines(table), Row(table, number));
        row[column] = value;
        lines[number] = row.ToJsonString();
        SetLines(table, lines);
    }

    /// <param name="sealed">False leaves the hashes of the manifest as they were.</param>
    public byte[] ToBytes(bool @sealed = true)
    {
        if (@sealed)
        {
            foreach (var file in Manifest["files"]!.AsArray().Select(f => f!.AsObject()).Where(f => Files.ContainsKey((string)f["path"]!)))
            {
                var content = Files[(string)file["path"]!];
                (file["bytes"], file["sha256"]) = (content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
            }
        }

        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in Files.Select(f => (f.Key, f.Value)).Concat(More).Append(("manifest.json", Encoding.UTF8.GetBytes(Manifest.ToJsonString()))))
            {
                using var entry = zip.CreateEntry(name, content.Length > 1 << 20 ? CompressionLevel.SmallestSize : CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
