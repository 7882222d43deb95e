using System.Buffers;
using System.Text;

namespace Portal.Features.Data;

/// <summary>The words just before and after a number, which say what it is: a phone, or an order that looks like one.</summary>
internal static class NearbyWords
{
    private const int Before = 48;
    private const int After = 24;

    private static readonly WordSet s_phone = Of(
        "phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "call", "called", "calling", "dial", "ring", "text", "sms", "whatsapp", "contact", "reach", "hotline", "ph", "voicemail", "landline", "number to",
        "telefon", "telefonnummer", "handy", "handynummer", "mobil", "mobilnummer", "anrufen", "erreichbar", "rückruf", "rufnummer", "ruf", "rufen",
        "téléphone", "portable", "tél", "appeler", "appelez", "joindre", "numéro de tel", "teléfono", "telefono", "móvil", "movil", "llamar", "llame", "cellulare", "chiamare", "telefoon", "bellen");

    private static readonly WordSet s_card = Of(
        "card", "visa", "mastercard", "amex", "american express", "credit", "debit", "kreditkarte", "karte", "kartennummer", "carte", "tarjeta", "carta", "pan", "cc", "maestro", "discover", "jcb", "diners");

    private static readonly WordSet s_code = Of(
        "order", "invoice", "ref", "reference", "ticket", "tracking", "shipment", "parcel", "part", "article", "item", "sku", "serial", "model", "batch", "lot", "case", "po", "rma", "isbn", "issn", "ean", "gtin", "upc", "imei",
        "version", "build", "release", "commit", "id", "hash", "checksum", "timestamp", "epoch", "unix", "error", "code", "barcode", "asset", "contract", "policy", "transaction", "txn", "trace", "session", "request", "device", "meter", "vin",
        "bestellung", "bestellnummer", "bestellnr", "rechnung", "rechnungsnummer", "artikel", "artikelnummer", "art", "vorgang", "vorgangsnummer", "seriennummer", "auftrag", "auftragsnummer", "aktenzeichen", "charge", "teilenummer", "sendungsnummer",
        "commande", "facture", "référence", "pedido", "factura", "ordine", "fattura", "shares", "units", "population", "pixels", "bytes", "doi", "pmid", "arxiv", "coordinates", "lat", "lon", "port", "ip", "row", "rows", "line", "page", "pages");

    private static readonly WordSet s_amount = Of(
        "shares", "share", "units", "people", "users", "customers", "votes", "views", "bytes", "rows", "records", "dollars", "euros", "usd", "eur", "aktien", "stück", "einwohner", "actions", "habitants", "acciones", "tokens", "ms", "km", "kg");

    private static readonly WordSet s_health = Of(
        "nhs", "patient", "health", "medicare", "medicaid", "mrn", "medical record", "hospital", "insurance", "insurance no", "member id", "kvnr", "versichertennummer", "versicherten-nr", "versichertennr", "krankenversicherung", "krankenversicherungsnummer", "krankenkasse", "egk", "gesundheitskarte", "assuré", "paciente");

    private static readonly WordSet s_national = Of(
        "ssn", "social security", "social insurance", "sin", "itin", "tax id", "taxpayer", "tin", "steuer", "steuer-id", "steuerid", "steueridentifikationsnummer", "idnr", "identifikationsnummer", "steuerliche", "bsn", "burgerservicenummer", "sofinummer",
        "pesel", "national id", "national insurance", "aadhaar", "aadhar", "passport", "reisepass", "passnummer", "personalausweis", "personalausweisnummer", "ausweis", "ausweisnummer", "passeport", "pasaporte", "driver", "driving licence", "driver's license", "führerschein", "personnummer", "dni", "nif", "nie", "nir", "sécurité sociale");

    public static bool SayPhone(ReadOnlySpan<char> text, int start, int end) => Say(text, start, end, s_phone);

    public static bool SayCard(ReadOnlySpan<char> text, int start, int end) => Say(text, start, end, s_card);

    public static bool SayHealth(ReadOnlySpan<char> text, int start, int end) => Say(text, start, end, s_health);

    public static bool SayNationalId(ReadOnlySpan<char> text, int start, int end) => Say(text, start, end, s_national);

    /// <summary>Whether what stands right before the number names a code, or what follows it names a thing that is counted.</summary>
    public static bool SayCode(ReadOnlySpan<char> text, int start, int end) =>
        Has(text[Math.Max(0, start - 24)..start], s_code) || Has(text[end..Math.Min(text.Length, end + 12)], s_amount);

    private static bool Say(ReadOnlySpan<char> text, int start, int end, WordSet words) =>
        Has(text[Math.Max(0, start - Before)..start], words) || Has(text[end..Math.Min(text.Length, end + After)], words);

    /// <summary>Whole words only: "cart" says nothing about a card.</summary>
    private static bool Has(ReadOnlySpan<char> text, WordSet words)
    {
        // Most texts are plain, and plain words are found several times as quickly.
        var searched = Ascii.IsValid(text) ? words.Plain : words.All;
        for (var from = 0; from < text.Length && text[from..].IndexOfAny(searched) is >= 0 and var at; from += at + 1)
        {
            var begin = from + at;
            if (begin > 0 && char.IsLetterOrDigit(text[begin - 1]))
            {
                continue;
            }

            // The longest word at this place is not known, so the rest of the run of letters must itself be a word of the list.
            var end = begin;
            while (end < text.Length && char.IsLetter(text[end]))
            {
                end++;
            }

            var word = text[begin..end];
            if (words.All.Contains(word.ToString()) || (word is [.. var one, 's' or 'S'] && words.All.Contains(one.ToString())) || IsPhrase(text[begin..], words))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPhrase(ReadOnlySpan<char> text, WordSet words)
    {
        var end = 0;
        for (var spaces = 0; end < text.Length; end++)
        {
            if (!char.IsLetter(text[end]) && ++spaces > 1)
            {
                break;
            }
        }

        return words.All.Contains(text[..end].ToString());
    }

    private static WordSet Of(params string[] words) => new(
        SearchValues.Create(words, StringComparison.OrdinalIgnoreCase), SearchValues.Create([.. words.Where(w => Ascii.IsValid(w))], StringComparison.OrdinalIgnoreCase));

    /// <param name="Plain">Those of ASCII alone.</param>
    private sealed record WordSet(SearchValues<string> All, SearchValues<string> Plain);
}
