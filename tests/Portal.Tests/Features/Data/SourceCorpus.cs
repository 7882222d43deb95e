using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Portal.Tests.Features.Data;

/// <summary>How a file must end: taken whole, taken with rows set aside, or refused in words.</summary>
internal enum Ending
{
    Taken,
    RowsSetAside,
    Refused,
}

internal sealed record CorpusFile(string Name, byte[] Content, Ending Ending, int Rows = 0);

/// <summary>Odd and malformed files, made anew each time from a seed: nothing of them is kept in the repository.</summary>
internal static class SourceCorpus
{
    private const string Good = "{\"input\":\"good\",\"output\":\"a\"}\n";

    public static IEnumerable<CorpusFile> All() => [.. Tables(), .. Lines(), .. Documents(), .. Archives(), .. Workbooks(), .. Mutations()];

    private static IEnumerable<CorpusFile> Tables()
    {
        foreach (var (delimiter, name) in new[] { (',', "comma"), (';', "semicolon"), ('\t', "tab"), ('|', "bar") })
        {
            foreach (var (end, ends) in new[] { ("\n", "lf"), ("\r\n", "crlf"), ("\r", "cr") })
            {
                var text = $"text{delimiter}label{end}" + string.Concat(Enumerable.Range(0, 12).Select(i => $"Größe {i}{delimiter}{(i % 2 is 0 ? "a" : "b")}{end}"));
                foreach (var encoding in new[] { "utf-8", "utf-16", "utf-16BE", "windows-1252" })
                {
                    yield return new($"table {name} {ends} {encoding}", Bytes(text, encoding), Ending.Taken, 12);
                }
            }
        }

        yield return new("sep line", Bytes("sep=;\r\ntext;label\r\na;b\r\nc;d\r\n"), Ending.Taken, 2);
        yield return new("backslash quotes", Bytes("text,label\n" + string.Concat(Enumerable.Repeat("\"he said \\\"hi, you\\\" to me\",a\n", 8))), Ending.Taken, 8);
        yield return new("zero padded ids", Bytes("id,text,label\n00012,hello,a\n00013,bye,b\n"), Ending.Taken, 2);
        yield return new("formulas are text", Bytes("text,label\n=1+1,a\n@SUM(A1),b\n"), Ending.Taken, 2);
        yield return new("ragged", Bytes("text,label\na,b\nc\nd,e,f\n"), Ending.RowsSetAside, 3);
        yield return new("unclosed quote", Bytes("text,label\na,b\n\"never closed,c\n" + new string('x', 100_000)), Ending.Refused);
        yield return new("100,000 columns", Bytes(string.Join(',', Enumerable.Range(0, 100_000)) + "\na,b\n"), Ending.Refused);
        yield return new("1 MB header", Bytes(new string('h', 1 << 20) + ",label\na,b\n"), Ending.Refused);
        yield return new("blank and double headers", Bytes("text,,text,label\na,b,c,d\n"), Ending.Taken, 1);
        yield return new("control characters", Bytes("text,label\na\u0001b,c\n"), Ending.Taken, 1);
        yield return new("binary", [1, 0, 0, 7, 0, 0, 0, 9, 0, 3, 0, 0, 2, 0, 0, 0, 200, 0, 0], Ending.Refused);
        foreach (var (name, magic) in new[] { ("pdf", "%PDF-1.7"), ("parquet", "PAR1"), ("sqlite", "SQLite format 3\0"), ("gif", "GIF89a"), ("rar", "Rar!"), ("bzip2", "BZh9") })
        {
            yield return new(name, Bytes(magic + "........"), Ending.Refused);
        }

        yield return new("empty", [], Ending.Refused);
        yield return new("white space", Bytes(" \n\n"), Ending.Refused);
        yield return new("byte order mark alone", [0xEF, 0xBB, 0xBF], Ending.Refused);
    }

    private static IEnumerable<CorpusFile> Lines()
    {
        foreach (var (name, line) in new[]
        {
            ("trailing comma", "{\"input\":\"a\",}"), ("comment", "{\"input\":\"a\"} // no"), ("NaN", "{\"input\":NaN,\"output\":\"a\"}"), ("two objects", "{\"input\":\"a\",\"output\":\"b\"}{\"input\":\"c\"}"),
            ("number", "42"), ("text", "\"text\""), ("null", "null"), ("cut off", "{\"input\":\"a"), ("duplicate key", "{\"input\":\"a\",\"input\":\"b\",\"output\":\"c\"}"),
            ("lone surrogate", "{\"input\":\"\\ud800\",\"output\":\"c\"}"), ("depth 65", "{\"input\":" + new string('[', 65) + new string(']', 65) + ",\"output\":\"a\"}"),
            ("depth 10,000", "{\"input\":" + new string('[', 10_000) + new string(']', 10_000) + ",\"output\":\"a\"}"), ("ends with the user", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"),
            ("unknown role", "{\"messages\":[{\"role\":\"oracle\",\"content\":\"a\"}]}"), ("no turns", "{\"messages\":[]}"), ("model first", "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"assistant\",\"content\":\"c\"}]}"),
            ("broken arguments", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\",\"function\":{\"name\":\"f\",\"arguments\":\"{oops\"}}]}]}"),
            ("a file without an address", "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"fileData\":{\"mimeType\":\"image/png\"}}]},{\"role\":\"model\",\"parts\":[{\"text\":\"a\"}]}]}"),
            ("number for content", "{\"messages\":[{\"role\":\"user\",\"content\":5},{\"role\":\"assistant\",\"content\":\"a\"}]}"),
        })
        {
            yield return new($"line: {name}", Bytes(Good + line + "\n" + Good), Ending.RowsSetAside, 3);
        }

        foreach (var (name, line) in new[]
        {
            ("1e400", "{\"input\":1e400,\"output\":\"a\"}"), ("20 digits", "{\"input\":12345678901234567890,\"output\":\"a\"}"), ("line separator inside", "{\"input\":\"a\u2028b\",\"output\":\"a\"}"),
            ("no line end", "{\"input\":\"a\",\"output\":\"b\"}"), ("blank lines", "\n\n{\"input\":\"a\",\"output\":\"b\"}\n\n"), ("escaped key", "{\"inp\\u0075t\":\"a\",\"output\":\"b\"}"), ("unknown key", "{\"input\":\"a\",\"output\":\"b\",\"x\":{\"y\":[1]}}"),
        })
        {
            yield return new($"line: {name}", Bytes(Good + line), Ending.Taken, 2);
        }

        yield return new("lines: utf-16", Bytes(Good + Good, "utf-16"), Ending.Taken, 2);
        yield return new("lines: byte order mark", [0xEF, 0xBB, 0xBF, .. Bytes(Good + Good)], Ending.Taken, 2);
        yield return new("lines: carriage returns", Bytes((Good + Good).Replace('\n', '\r')), Ending.Taken, 2);
        yield return new("lines: one of 20 MB", Bytes(Good + "{\"input\":\"" + new string('x', 20 << 20) + "\"}\n" + Good), Ending.RowsSetAside, 3);
    }

    private static IEnumerable<CorpusFile> Documents()
    {
        yield return new("list", Bytes("[{\"input\":\"a\",\"output\":\"b\"},\n{\"input\":\"c\",\"output\":\"d\"}]"), Ending.Taken, 2);
        yield return new("list in a document", Bytes("{\"meta\":{\"n\":1},\"data\":{\"rows\":[\n{\"input\":\"a\",\"output\":\"b\"}\n]}}"), Ending.Taken, 1);
        yield return new("documents one after the other", Bytes("{\n\"input\": \"a\",\n\"output\": \"b\"\n}\n{\n\"input\": \"c\",\n\"output\": \"d\"\n}\n"), Ending.Taken, 2);
        yield return new("list of lists", Bytes("[[\"a\",\"b\"],[\"c\",\"d\"]]"), Ending.Taken, 2);
        yield return new("list with a bad row", Bytes("[{\"input\":\"a\",\"output\":\"b\"},{\"input\":},{\"input\":\"c\",\"output\":\"d\"}]"), Ending.RowsSetAside, 3);
        yield return new("list cut off in a row", Bytes("[{\"input\":\"a\",\"output\":\"b\"},{\"input\":\"c"), Ending.RowsSetAside, 2);
        yield return new("list cut off after a row", Bytes("[{\"input\":\"a\",\"output\":\"b\"},"), Ending.Refused);
        yield return new("list of texts", Bytes("[\"a\",\"b\"]"), Ending.RowsSetAside, 2);
        yield return new("list of a row of 20 MB", Bytes("[{\"input\":\"" + new string('x', 20 << 20) + "\"},{\"input\":\"c\",\"output\":\"d\"}]"), Ending.RowsSetAside, 2);
        yield return new("empty list", Bytes("[]"), Ending.Taken);
    }

    private static IEnumerable<CorpusFile> Archives()
    {
        var zip = Zip(("train.csv", "text,label\na,b\nc,d\n"));
        yield return new("zip", zip, Ending.Taken, 2);
        yield return new("zip with others", Zip(("readme.md", "x"), ("__MACOSX/._train.csv", "x"), ("train.csv", "text,label\na,b\n")), Ending.Taken, 1);
        yield return new("zip, smaller size forged", Patched(zip, 24, 5), Ending.Refused);
        yield return new("zip, larger size forged", Patched(zip, 24, 255), Ending.Refused);
        yield return new("zip, other checksum", Patched(zip, 16, 1), Ending.Refused);
        yield return new("zip, password", Patched(zip, 8, 1), Ending.Refused);
        yield return new("zip, unknown method", Patched(zip, 10, 99), Ending.Refused);
        yield return new("zip, cut off", zip[..^30], Ending.Refused);
        yield return new("zip, bomb", Zip(("bomb.csv", new string('0', 120 << 20))), Ending.Refused);
        yield return new("zip in a zip", ZipOf(("inner.zip", zip)), Ending.Refused);
        yield return new("zip in a zip under another name", ZipOf(("inner.csv", zip)), Ending.Refused);
        yield return new("zip of nothing", Zip(), Ending.Refused);
        yield return new("zip without a table", Zip(("a.bin", "x")), Ending.Refused);
        foreach (var name in new[] { "../x.csv", "/etc/x.csv", "C:/x.csv", "a/../../x.csv", "..\\x.csv", "CON.csv", "a/nul", "LPT1.txt" })
        {
            yield return new($"zip, {name}", Zip((name, "text,label\na,b\n")), Ending.Refused);
        }

        foreach (var name in new[] { "console.csv", "name..csv", new string('n', 300) + ".csv", "ünïcode.csv" })
        {
            yield return new($"zip, {name[..Math.Min(8, name.Length)]}", Zip((name, "text,label\na,b\n")), Ending.Taken, 1);
        }

        yield return new("zip, the same name twice", Zip(("a.csv", "text,label\na,b\n"), ("a.csv", "text,label\nc,d\n")), Ending.Refused);
        var packed = Gzip(Bytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"{{\"input\":\"{Guid.NewGuid()}\",\"output\":\"a\"}}\n"))));
        yield return new("gzip", packed, Ending.Taken, 500);
        yield return new("gzip, cut off", packed[..^200], Ending.Refused);
        yield return new("gzip, flipped bit", Flipped(packed, packed.Length / 2), Ending.Refused);
        yield return new("gzip, bomb", Gzip(new byte[120 << 20]), Ending.Refused);
        yield return new("gzip in gzip", Gzip(packed), Ending.Refused);
    }

    private static IEnumerable<CorpusFile> Workbooks()
    {
        const string header = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>text</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>label</t></is></c></row>";
        string Row(int r, string b) => $"<row r=\"{r}\"><c r=\"A{r}\" t=\"inlineStr\"><is><t>hello {r}</t></is></c>{b}</row>";
        string Sheet(string rows) => $"<worksheet><sheetData>{rows}</sheetData></worksheet>";
        yield return new("workbook", Book(Sheet(header + Row(2, "<c r=\"B2\"><v>1</v></c>") + Row(5, "<c r=\"B5\"><f>1+1</f><v>2</v></c>"))), Ending.Taken, 2);
        yield return new("workbook, value outside the table", Book(Sheet(header + Row(2, "<c r=\"B2\"><v>1</v></c><c r=\"F2\"><v>1</v></c>"))), Ending.RowsSetAside, 1);
        yield return new("workbook, far cell", Book(Sheet("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>")), Ending.Refused);
        yield return new("workbook, beyond the last column", Book(Sheet("<row r=\"1\"><c r=\"ZZZ1\"><v>1</v></c></row>")), Ending.Refused);
        yield return new("workbook, DTD", Book("<!DOCTYPE x [<!ENTITY a \"b\">]>" + Sheet("")), Ending.Refused);
        yield return new("workbook, entities", Book("<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><worksheet>&c;</worksheet>"), Ending.Refused);
        yield return new("workbook, 20 MB attribute", Book($"<worksheet a=\"{new string('x', 20 << 20)}\"/>"), Ending.Refused);
        yield return new("workbook, deep", Book(string.Concat(Enumerable.Repeat("<a>", 200_000))), Ending.Refused);
        yield return new("workbook, cut off", Book("<worksheet><sheetData><row r=\"1\">"), Ending.Refused);
        yield return new("workbook, text that is not there", Book(Sheet("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>")), Ending.Refused);
        yield return new("workbook, empty sheet", Book(Sheet("")), Ending.Refused);
        yield return new("workbook, no sheet part", Zip(("xl/workbook.xml", "<workbook/>"), ("xl/_rels/workbook.xml.rels", "<R/>")), Ending.Refused);
        yield return new("workbook, no relations", Zip(("xl/workbook.xml", "<workbook/>")), Ending.Refused);
        yield return new("workbook, binary", Zip(("xl/workbook.bin", "x")), Ending.Refused);
        yield return new("workbook, old", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], Ending.Refused);
        yield return new("workbook in gzip", Gzip(Book(Sheet(header + Row(2, "<c r=\"B2\"><v>1</v></c>")))), Ending.Taken, 1);
    }

    /// <summary>Bytes of good files changed at random: whatever comes of it, it is no crash.</summary>
    private static IEnumerable<CorpusFile> Mutations()
    {
        var random = new Random(20261123);
        byte[][] originals = [Bytes(string.Concat(Enumerable.Repeat(Good, 5))), Zip(("a.csv", "text,label\na,b\n")), Gzip(Bytes(Good + Good)), Bytes("text;label\n\"a\"\"b\";c\n"), Book("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>")];
        for (var i = 0; i < 50; i++)
        {
            var content = (byte[])originals[i % originals.Length].Clone();
            for (var n = 0; n <= i / 10; n++)
            {
                content[random.Next(content.Length)] = (byte)random.Next(256);
            }

            yield return new($"mutation {i.ToString(CultureInfo.InvariantCulture)}", content, (Ending)(-1));
        }
    }

    public static byte[] Bytes(string text, string encoding = "utf-8")
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(encoding).GetBytes(text);
    }

    public static byte[] Zip(params (string Name, string Text)[] files) => ZipOf([.. files.Select(f => (f.Name, Bytes(f.Text)))]);

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>What comes of a text that is written down and read again.</summary>
    public static string Text(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public static byte[] Book(string sheet, string styles = "<styleSheet/>") => ZipOf(PartsOf(sheet, styles));

    public static (string Name, byte[] Content)[] PartsOf(string sheet, string styles = "<styleSheet/>") =>
    [
        ("[Content_Types].xml", Bytes("<Types/>")),
        ("xl/workbook.xml", Bytes("<workbook xmlns:r=\"r\"><sheets><sheet name=\"Data\" r:id=\"r1\"/></sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", Bytes("<R><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></R>")),
        ("xl/styles.xml", Bytes(styles)),
        ("xl/worksheets/sheet1.xml", Bytes(sheet)),
    ];

    public static byte[] ZipOf(params IEnumerable<(string Name, byte[] Content)> files)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>Overwrites a number in the archive's directory.</summary>
    private static byte[] Patched(byte[] zip, int at, byte value)
    {
        var copy = (byte[])zip.Clone();
        var directory = copy.AsSpan().IndexOf("PK\x1\x2"u8);
        copy[directory + at] = value;
        return copy;
    }

    private static byte[] Flipped(byte[] content, int at)
    {
        var copy = (byte[])content.Clone();
        copy[at] ^= 0x55;
        return copy;
    }
}
