using System.Globalization;
using Portal.Features.Billing;
using Portal.Features.Model;

namespace Portal.Features.Admin;

/// <summary>A price as it is typed.</summary>
public sealed class PriceDraft
{
    public Meter Meter { get; set; } = Meter.InputTokens;

    public string From { get; set; } = "now";

    public string Dollars { get; set; } = "";

    public string VendorDollars { get; set; } = "";

    public string Source { get; set; } = "";
}

/// <summary>A model as it is typed. What cannot be read is named, and nothing of it is lost.</summary>
public sealed class CatalogueDraft
{
    private static readonly string[] s_dates = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    private readonly List<string> _faults = [];

    public string Id { get; set; } = "";

    public string DisplayName { get; set; } = "";

    public ModelTier Tier { get; set; } = ModelTier.Flash;

    public ModelState State { get; set; } = ModelState.BaselineOnly;

    public string StateReason { get; set; } = "";

    public string Successor { get; set; } = "";

    public string Available { get; set; } = "";

    public string Retires { get; set; } = "";

    public List<CataloguePrice> Prices { get; } = [];

    public List<PriceDraft> NewPrices { get; } = [];

    /// <summary>What the vendor takes while each of the prices holds, as it is typed: it may become known long after the price was used.</summary>
    public Dictionary<(Meter Meter, DateTime From), string> VendorPrices { get; } = [];

    public string PracticePrice { get; set; } = "";

    public string PracticeSource { get; set; } = "";

    public string AdapterSizes { get; set; } = "";

    public string DefaultAdapterSize { get; set; } = "";

    public string MaxEpochs { get; set; } = "";

    public string TuningLocations { get; set; } = "";

    public string MaxExampleTokens { get; set; } = "";

    public string MaxTrainingExamples { get; set; } = "";

    public string MaxValidationExamples { get; set; } = "";

    public string MaxMediaExamples { get; set; } = "";

    public string MaxTrainingMegabytes { get; set; } = "";

    /// <summary>A kind of files a line.</summary>
    public string Media { get; set; } = "";

    public string LeastThinkingLevel { get; set; } = "";

    public string LeastThinkingBudget { get; set; } = "";

    public string Note { get; set; } = "";

    public static CatalogueDraft Of(CatalogueEntry entry)
    {
        var draft = new CatalogueDraft
        {
            Id = entry.Id, DisplayName = entry.DisplayName, Tier = entry.Tier, State = entry.State, StateReason = entry.StateReason, Successor = entry.SuccessorId ?? "",
            Available = entry.AvailableAt is { } available ? CatalogueDiff.Date(available) : "", Retires = entry.RetiresAt is { } retires ? CatalogueDiff.Date(retires) : "",
            PracticePrice = entry.PracticeTrainingPricePerMillion is { } practice ? Dollars(practice) : "", PracticeSource = entry.PracticePriceSource,
            AdapterSizes = string.Join(", ", entry.AdapterSizes), DefaultAdapterSize = Text(entry.DefaultAdapterSize), MaxEpochs = Text(entry.MaxEpochs),
            TuningLocations = string.Join(", ", entry.TuningLocations), MaxExampleTokens = Text(entry.MaxExampleTokens), MaxTrainingExamples = Text(entry.MaxTrainingExamples),
            MaxValidationExamples = Text(entry.MaxValidationExamples), MaxMediaExamples = Text(entry.MaxMediaExamples), MaxTrainingMegabytes = Text((int)(entry.MaxTrainingBytes >> 20)),
            Media = MediaLimitText.Of(entry.Media), LeastThinkingLevel = entry.LeastThinkingLevel,
            LeastThinkingBudget = entry.LeastThinkingBudget?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        draft.Prices.AddRange(entry.Prices.OrderBy(p => p.Meter).ThenBy(p => p.From));
        foreach (var price in draft.Prices)
        {
            draft.VendorPrices[(price.Meter, price.From)] = price.VendorPerMillion is { } vendor ? Dollars(vendor) : "";
        }

        return draft;
    }

    public static string Dollars(long micros) => (micros / 1_000_000m).ToString("0.00####", CultureInfo.InvariantCulture);

    /// <exception cref="PortalException">Names every field that cannot be read.</exception>
    public CatalogueEntry Read(DateTime now)
    {
        _faults.Clear();
        var entry = new CatalogueEntry
        {
            Id = Id.Trim(), DisplayName = DisplayName.Trim(), Tier = Tier, State = State, StateReason = StateReason.Trim(), SuccessorId = Successor.Trim() is { Length: > 0 } successor ? successor : null,
            AvailableAt = Date("Available from", Available), RetiresAt = Date("Retires", Retires),
            Prices = [.. Prices.Select(Kept), .. NewPrices.Select(p => New(p, now))],
            PracticeTrainingPricePerMillion = Price("Practice price", PracticePrice), PracticePriceSource = PracticeSource.Trim(),
            AdapterSizes = [.. List(AdapterSizes).Select(s => Number("Adapter sizes", s))], DefaultAdapterSize = Number("Usual adapter size", DefaultAdapterSize),
            MaxEpochs = Number("Most passes", MaxEpochs), TuningLocations = [.. List(TuningLocations)], MaxExampleTokens = Number("Most tokens of an example", MaxExampleTokens),
            MaxTrainingExamples = Number("Most training rows", MaxTrainingExamples), MaxValidationExamples = Number("Most validation rows", MaxValidationExamples),
            MaxMediaExamples = Number("Most training rows with files", MaxMediaExamples), MaxTrainingBytes = (long)Number("Largest training file", MaxTrainingMegabytes) << 20, Media = ReadMedia(),
            LeastThinkingLevel = LeastThinkingLevel, LeastThinkingBudget = LeastThinkingBudget.Trim() is "" ? null : Number("Least thinking budget", LeastThinkingBudget),
        };
        return _faults.Count is 0 ? entry : throw new PortalException(string.Join(' ', _faults.Distinct()));
    }

    private static string[] List(string text) => text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Text(int value) => value is 0 ? "" : value.ToString(CultureInfo.InvariantCulture);

    private CataloguePrice Kept(CataloguePrice price) =>
        price with { VendorPerMillion = Price(VendorField(price.Meter), VendorPrices.GetValueOrDefault((price.Meter, price.From), "")) };

    private CataloguePrice New(PriceDraft price, DateTime now) => new(price.Meter, From(price, now), Price(UsageWords.Of(price.Meter), price.Dollars) ?? 0, price.Source.Trim())
    {
        VendorPerMillion = Price(VendorField(price.Meter), price.VendorDollars),
    };

    private static string VendorField(Meter meter) => $"{UsageWords.Of(meter)}, what the vendor takes";

    private DateTime From(PriceDraft price, DateTime now) => price.From.Trim().ToLowerInvariant() switch
    {
        "now" => now,
        "" or "ever" or "the beginning" => CataloguePrice.Ever,
        _ => Date($"{UsageWords.Of(price.Meter)}, from", price.From) ?? CataloguePrice.Ever,
    };

    private DateTime? Date(string field, string text)
    {
        if (text.Trim() is "")
        {
            return null;
        }

        if (DateTime.TryParseExact(text.Trim(), s_dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) && date.Year is >= 2020 and < 2100)
        {
            return date;
        }

        _faults.Add($"{field}: write a day in UTC such as 2027-05-19, or with a time such as 2027-05-19 08:00.");
        return null;
    }

    private IReadOnlyList<Data.MediaLimit> ReadMedia()
    {
        if (MediaLimitText.Read(Media) is { } limits)
        {
            return limits;
        }

        _faults.Add(MediaLimitText.Form);
        return [];
    }

    private int Number(string field, string text)
    {
        var digits = text.Trim().Replace(",", "", StringComparison.Ordinal);
        if (digits is "")
        {
            return 0;
        }

        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        _faults.Add($"{field}: write whole numbers.");
        return 0;
    }

    /// <summary>Exact: a part smaller than a millionth of a dollar is refused, not rounded.</summary>
    private long? Price(string field, string text)
    {
        var amount = text.Trim().TrimStart('$').Trim();
        if (amount is "")
        {
            return null;
        }

        if (decimal.TryParse(amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars) && dollars is >= 0 and < 1_000_000 && decimal.Truncate(dollars * 1_000_000) == dollars * 1_000_000)
        {
            return (long)(dollars * 1_000_000);
        }

        _faults.Add($"{field}: write dollars for a million tokens such as 0.30, with at most six digits after the point.");
        return null;
    }
}
