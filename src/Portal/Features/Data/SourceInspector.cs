using System.Text;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Tells by its content what a file is and how to read it. What is no table and no JSON Lines is refused by name, with the way out.</summary>
internal static class SourceInspector
{
    private const int HeadBytes = 1 << 16;
    private const int SampledRows = 60;

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    private static readonly (byte[] Magic, string Words)[] s_others =
    [
        ([0xD0, 0xCF, 0x11, 0xE0], "This is an old Excel or Word file. Open it and save it as CSV (UTF-8), then upload that."),
        ("%PDF"u8.ToArray(), "This is a PDF. Upload the examples as CSV or JSONL."),
        ([0x89, 0x50, 0x4E, 0x47], "This is a PNG picture. Upload the examples as CSV or JSONL."),
        ([0xFF, 0xD8, 0xFF], "This is a JPEG picture. Upload the examples as CSV or JSONL."),
        ("GIF8"u8.ToArray(), "This is a GIF picture. Upload the examples as CSV or JSONL."),
        ([0x1F, 0x8B], "This is a gzip archive. Unpack it, then upload the CSV or JSONL file."),
        ("7z"u8.ToArray().Concat<byte>([0xBC, 0xAF]).ToArray(), "This is a 7-Zip archive. Unpack it, then upload the CSV or JSONL file."),
        ("PAR1"u8.ToArray(), "This is a Parquet file. Export it as CSV or JSONL, then upload that."),
        ("SQLite format 3"u8.ToArray(), "This is a SQLite database. Export the table as CSV, then upload that."),
    ];

    public static SourceLayout Inspect(Stream file, DataOptions options)
    {
        var buffer = new byte[HeadBytes];
        file.Position = 0;
        var head = buffer.AsSpan(0, file.ReadAtLeast(buffer, HeadBytes, throwOnEndOfStream: false));
        RefuseByName(head);
        var encoding = TextEncoding.Detect(file, head);
        if (!encoding.StartsWith("utf-16", StringComparison.Ordinal) && head[..Math.Min(head.Length, 4_096)].Count((byte)0) > 8)
        {
            throw new PortalException("This is not a text file. Upload the examples as CSV or JSONL.");
        }

        var text = TextEncoding.Get(encoding).GetString(head).TrimStart('\uFEFF');
        if (string.IsNullOrWhiteSpace(text) && file.Length <= HeadBytes)
        {
            throw new PortalException("The file is empty. Choose another one.");
        }

        return LooksLikeJson(text, file.Length > HeadBytes)
            ? new SourceLayout(SourceFormat.JsonLines, encoding, ',', HasHeader: false)
            : InspectTable(file, encoding, options);
    }

    private static void RefuseByName(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            throw new PortalException("The file is empty. Choose another one.");
        }

        if (head.StartsWith("PK\x3\x4"u8))
        {
            throw new PortalException(head.IndexOf("xl/"u8) >= 0 || head.IndexOf("[Content_Types].xml"u8) >= 0
                ? "This is an Excel workbook. Open it and save it as CSV (UTF-8), then upload that."
                : "This is a ZIP archive. Unpack it, then upload the CSV or JSONL file.");
        }

        foreach (var (magic, words) in s_others)
        {
            if (head.StartsWith(magic))
            {
                throw new PortalException(words);
            }
        }
    }

    private static bool LooksLikeJson(string text, bool isCut)
    {
        var lines = text.Split('\n', SampledRows + 1).Select(l => l.Trim()).Where(l => l is not "").ToList();
        if (isCut && lines.Count > 1)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        var trimmed = text.TrimStart();
        if (trimmed.StartsWith('['))
        {
            var next = trimmed[1..].TrimStart();
            if (next is "" || next[0] is '{' or ']')
            {
                throw new PortalException("This is one JSON array. Write one object a line instead (JSON Lines, for instance with: jq -c '.[]' file.json > file.jsonl), then upload that.");
            }
        }

        if (!trimmed.StartsWith('{'))
        {
            return lines.Count > 1 && lines.Count(IsObject) > lines.Count / 2;
        }

        if (lines.Any(IsObject) || lines is not [_, _, ..])
        {
            return true;
        }

        // Braces that close lines later: one document, written for people.
        return lines[0] is "{" || !lines.Skip(1).Any(l => l.StartsWith('{'))
            ? throw new PortalException("This is one JSON document over several lines. Write one object a line instead (JSON Lines, for instance with: jq -c . file.json > file.jsonl), then upload that.")
            : true;
    }

    private static bool IsObject(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind is JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static SourceLayout InspectTable(Stream file, string encoding, DataOptions options)
    {
        var best = (Score: -1.0, Delimiter: ',', Rows: new List<IReadOnlyList<string>>());
        PortalException? broken = null;
        foreach (var delimiter in s_delimiters)
        {
            try
            {
                var rows = Sample(file, encoding, delimiter, options);
                var score = Score(rows);
                if (score > best.Score)
                {
                    best = (score, delimiter, rows);
                }
            }
            catch (PortalException unreadable)
            {
                broken ??= unreadable;
            }
        }

        return best.Score < 0 && broken is not null
            ? throw broken
            : new SourceLayout(SourceFormat.Csv, encoding, best.Delimiter, HeaderGuess.IsHeader(best.Rows));
    }

    private static List<IReadOnlyList<string>> Sample(Stream file, string encoding, char delimiter, DataOptions options)
    {
        file.Position = 0;
        using var text = new StreamReader(file, TextEncoding.Get(encoding), detectEncodingFromByteOrderMarks: true, 1 << 16, leaveOpen: true);
        var scanner = new CsvScanner(text, delimiter, options);
        List<IReadOnlyList<string>> rows = [];
        List<string> cells = [];
        while (rows.Count < SampledRows && scanner.Read(cells, out _))
        {
            rows.Add([.. cells]);
        }

        return rows;
    }

    /// <summary>The right delimiter cuts every row into the same number of cells, more than one.</summary>
    private static double Score(List<IReadOnlyList<string>> rows)
    {
        if (rows.Count is 0)
        {
            return 0;
        }

        var common = rows.GroupBy(r => r.Count).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First();
        return common.Key is 1 ? 0 : ((double)common.Count() / rows.Count) + Math.Min(common.Key, 20) * 0.001;
    }
}
