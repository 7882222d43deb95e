using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

/// <summary>An invoice on one page: the smallest PDF that a reader opens.</summary>
internal static class InvoicePdf
{
    private const int MostLines = 40;

    public static byte[] Of(JsonObject invoice)
    {
        List<string> lines =
        [
            $"Practice invoice {invoice.Text("number")}", $"{invoice.Text("customer_name")}  {StripePages.Day(invoice.Long("created"))}  {invoice.Text("status")}", "",
            .. invoice.Data("lines").Select(l => $"{l.Text("description")}   {StripePages.Money(l.Long("amount"), l.Text("currency"))}").Take(MostLines), "",
            $"Total {StripePages.Money(invoice.Long("total"), invoice.Text("currency"))}", "Not a real invoice: made by the sandbox.",
        ];
        var content = "BT /F1 11 Tf 50 790 Td 16 TL\n" + string.Concat(lines.Select(l => $"({Escape(l)}) Tj T*\n")) + "ET";
        string[] objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>", $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
        ];
        var pdf = new StringBuilder("%PDF-1.4\n");
        List<int> places = [];
        for (var index = 0; index < objects.Length; index++)
        {
            places.Add(pdf.Length);
            pdf.Append(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n{objects[index]}\nendobj\n");
        }

        var table = pdf.Length;
        pdf.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        places.ForEach(place => pdf.Append(CultureInfo.InvariantCulture, $"{place:0000000000} 00000 n \n"));
        pdf.Append(CultureInfo.InvariantCulture, $"trailer << /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(pdf.ToString());
    }

    private static string Escape(string text) => string.Concat(text.Select(c => c switch
    {
        '(' or ')' or '\\' => $"\\{c}",
        '×' => "x",
        < ' ' or > 'ÿ' => "?",
        _ => c.ToString(),
    }));
}
