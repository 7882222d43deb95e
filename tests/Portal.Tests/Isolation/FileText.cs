using System.IO.Compression;
using System.Text;

namespace Portal.Tests.Isolation;

/// <summary>What a file says, an archive's entries included: a canary must not hide in compression.</summary>
internal static class FileText
{
    public static string Of(string path) => Of(File.ReadAllBytes(path));

    public static string Of(byte[] bytes)
    {
        if (bytes is not [(byte)'P', (byte)'K', 3, 4, ..])
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder();
        using var archive = new ZipArchive(new MemoryStream(bytes));
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            text.Append(entry.FullName).Append('\n').Append(Of(copy.ToArray())).Append('\n');
        }

        return text.ToString();
    }
}
