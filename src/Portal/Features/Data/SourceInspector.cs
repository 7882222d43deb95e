namespace Portal.Features.Data;

/// <summary>Tells by its content what a file is and how to read it. What is no table and no JSON is refused by name, with the way out.</summary>
internal static class SourceInspector
{
    private const int HeadBytes = 1 << 16;
    private const int SampledRows = 60;
    private const string OldOffice = "This is an old Excel or Word file. Open it and save it as XLSX or CSV (UTF-8), then upload that.";

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    private static readonly (byte[] Magic, string Words)[] s_others =
    [
        ([0xD0, 0xCF, 0x11, 0xE0], OldOffice),
        ("%PDF"u8.ToArray(), "This is a PDF. Upload the examples as CSV or JSONL."),
        ([0x89, 0x50, 0x4E, 0x47], "This is a PNG picture. Upload the examples as CSV or JSONL."),
        ([0xFF, 0xD8, 0xFF], "This is a JPEG picture. Upload the examples as CSV or JSONL."),
        ("GIF8"u8.ToArray(), "This is a GIF picture. Upload the examples as CSV or JSONL."),
        ([0x1F, 0x8B], "This is an archive in an archive. Unpack it, then upload the file that holds the rows."),
        ("MZ"u8.ToArray().Concat<byte>([0x90, 0]).ToArray(), "This is a program. Upload the examples as CSV, XLSX, JSONL or JSON."),
        ("BZh"u8.ToArray(), "This is a bzip2 archive. Unpack it, then upload the file that holds the rows."),
        ([0x28, 0xB5, 0x2F, 0xFD], "This is a Zstandard archive. Unpack it, then upload the file that holds the rows."),
        ("Rar!"u8.ToArray(), "This is a RAR archive. Unpack it, then upload the file that holds the rows."),
        ("7z"u8.ToArray().Concat<byte>([0xBC, 0xAF]).ToArray(), "This is a 7-Zip archive. Unpack it, then upload the CSV or JSONL file."),
        ("PAR1"u8.ToArray(), "This is a Parquet file. Export it as CSV or JSONL, then upload that."),
        ("SQLite format 3"u8.ToArray(), "This is a SQLite database. Export the table as CSV, then upload that."),
    ];

    /// <summary>Looks at the file, or at one of the files or sheets in it. Reads it to its end once: an archive that is damaged there is refused now.</summary>
    public static SourceLayout Inspect(Stream file, DataOptions options, string entry = "", string sheet = "")
    {
        file.Position = 0;
        var head = HeadOf(file);
        var layout = new SourceLayout(SourceFormat.Csv, TextEncoding.Utf8, ',', HasHeader: true);
        if (head.AsSpan().StartsWith("PK\x3\x4"u8) || head.AsSpan().StartsWith("PK\x5\x6"u8))
        {
            var items = ZipArchiveReader.Read(file, options);
            if (items.Any(i => i.Name.StartsWith("xl/", StringComparison.OrdinalIgnoreCase)))
            {
                return InspectWorkbook(file, layout with { Sheet = sheet }, options);
            }

            layout = layout with { Container = SourceContainer.Zip, Entry = ArchiveChoice.Of(items, entry) };
        }
        else if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            layout = layout with { Container = SourceContainer.Gzip };
        }
        else
        {
            return InspectContent(file, head, layout, options);
        }

        using (var content = SourceFile.Open(file, layout, options))
        {
            head = HeadOf(content);
        }

        if (!head.AsSpan().StartsWith("PK\x3\x4"u8))
        {
            return InspectContent(file, head, layout, options);
        }

        using var unpacked = SourceFile.OpenSeekable(file, layout, options);
        return ZipArchiveReader.Read(unpacked, options).Any(i => i.Name.StartsWith("xl/", StringComparison.OrdinalIgnoreCase))
            ? InspectWorkbook(file, layout with { Sheet = sheet }, options)
            : throw new PortalException("This is an archive in an archive. Unpack it, then upload the file that holds the rows.");
    }

    private static byte[] HeadOf(Stream content)
    {
        var buffer = new byte[HeadBytes];
        return buffer[..content.ReadAtLeast(buffer, HeadBytes, throwOnEndOfStream: false)];
    }

    private static SourceLayout InspectWorkbook(Stream file, SourceLayout layout, DataOptions options)
    {
        layout = layout with { Format = SourceFormat.Xlsx, HasHeader = false };
        using var records = new XlsxRecords(SourceFile.OpenSeekable(file, layout, options), layout, options);
        layout = layout with { Sheet = records.SheetName };
        List<IReadOnlyList<string>> rows = [];
        while (rows.Count < SampledRows && records.Read())
        {
            rows.Add([.. records.Values.Select(v => v ?? "")]);
        }

        return rows.Count is 0
            ? throw new PortalException($"The sheet \"{layout.Sheet}\" is empty. Choose another file, or fill its first sheet.")
            : layout with { HasHeader = HeaderGuess.IsHeader(rows) };
    }

    private static SourceLayout InspectContent(Stream file, byte[] head, SourceLayout layout, DataOptions options)
    {
        RefuseByName(head);
        layout = layout with { Encoding = TextEncoding.Detect(() => SourceFile.Open(file, layout, options), head) };
        if (!layout.Encoding.StartsWith("utf-16", StringComparison.Ordinal) && layout.Encoding is not "utf-32" && head.AsSpan(0, Math.Min(head.Length, 4_096)).Count((byte)0) > 8)
        {
            throw new PortalException("This is not a text file. Upload the examples as CSV, XLSX, JSONL or JSON.");
        }

        var isWhole = head.Length < HeadBytes;
        var text = TextEncoding.Get(layout.Encoding).GetString(head).TrimStart('\uFEFF');
        if (string.IsNullOrWhiteSpace(text) && isWhole)
        {
            throw new PortalException("The file is empty. Choose another one.");
        }

        return JsonEvidence.Of(text, isWhole) is { } json
            ? layout with { Format = json.Format, HasHeader = false, Items = json.Items }
            : InspectTable(file, text, layout, options);
    }

    private static void RefuseByName(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            throw new PortalException("The file is empty. Choose another one.");
        }

        foreach (var (magic, words) in s_others)
        {
            if (head.StartsWith(magic))
            {
                throw new PortalException(words == OldOffice && head.IndexOf("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k"u8) >= 0
                    ? "This workbook is locked with a password. Save it without one, then upload it again."
                    : words);
            }
        }

        if (head.Length > 262 && head[257..].StartsWith("ustar"u8))
        {
            throw new PortalException("This is a tar archive. Unpack it, then upload the file that holds the rows.");
        }
    }

    private static SourceLayout InspectTable(Stream file, string head, SourceLayout layout, DataOptions options)
    {
        var delimiters = DelimiterLine(head) is { } said ? [said] : s_delimiters;
        var best = (Score: -1.0, Layout: layout, Rows: new List<IReadOnlyList<string>>());
        PortalException? broken = null;
        foreach (var quoting in Enum.GetValues<SourceQuoting>())
        {
            foreach (var delimiter in delimiters.Where(d => IsLikely(quoting, d, head)))
            {
                try
                {
                    var tried = layout with { Delimiter = delimiter, Quoting = quoting };
                    var (rows, bad) = Sample(file, tried, options);
                    // Another quoting must explain clearly more than the usual one does.
                    var score = Score(rows, bad) - (quoting is SourceQuoting.Doubled ? 0 : 0.05 * (int)quoting);
                    if (score > best.Score)
                    {
                        best = (score, tried, rows);
                    }
                }
                catch (PortalException unreadable)
                {
                    broken ??= unreadable;
                }
            }

            // An open quote is refused with its line rather than read as text: only whole rows speak for another quoting.
            if (best.Score > 0.9 || (best.Score < 0 && quoting is SourceQuoting.Backslash))
            {
                break;
            }
        }

        return best.Score < 0 && broken is not null ? throw broken : best.Layout with { HasHeader = HeaderGuess.IsHeader(best.Rows) };
    }

    /// <summary>Each other way of quoting leaves its trace in the text.</summary>
    private static bool IsLikely(SourceQuoting quoting, char delimiter, string head) => quoting switch
    {
        SourceQuoting.Backslash => head.Contains("\\\"", StringComparison.Ordinal),
        SourceQuoting.Apostrophe => head.Contains($"{delimiter}'", StringComparison.Ordinal) && head.Contains($"'{delimiter}", StringComparison.Ordinal),
        SourceQuoting.None => delimiter is '\t',
        _ => true,
    };

    private static char? DelimiterLine(string head)
    {
        var line = head.AsSpan(0, Math.Max(0, head.AsSpan().IndexOfAny('\r', '\n'))).Trim('"');
        return line.Length is 5 && line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) ? line[4] : null;
    }

    private static (List<IReadOnlyList<string>> Rows, int Bad) Sample(Stream file, SourceLayout layout, DataOptions options)
    {
        using var text = new StreamReader(SourceFile.Open(file, layout, options), TextEncoding.Get(layout.Encoding), detectEncodingFromByteOrderMarks: true, 1 << 16);
        var scanner = new CsvScanner(text, layout.Delimiter, options, layout.Quoting);
        List<IReadOnlyList<string>> rows = [];
        List<string> cells = [];
        var bad = 0;
        while (rows.Count + bad < SampledRows && scanner.Read(cells, out var problem))
        {
            if (rows.Count is 0 && bad is 0 && cells[0].StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && cells.Count <= 2)
            {
                continue;
            }

            if (problem is null)
            {
                rows.Add([.. cells]);
            }
            else
            {
                bad++;
            }
        }

        return (rows, bad);
    }

    /// <summary>The right delimiter cuts every row into the same number of cells, more than one.</summary>
    private static double Score(List<IReadOnlyList<string>> rows, int bad)
    {
        if (rows.Count is 0)
        {
            return 0;
        }

        var common = rows.GroupBy(r => r.Count).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First();
        return common.Key is 1 ? 0 : ((double)common.Count() / (rows.Count + bad)) + Math.Min(common.Key, 20) * 0.001;
    }
}
