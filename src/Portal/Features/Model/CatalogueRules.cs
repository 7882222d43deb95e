using System.Text.RegularExpressions;
using Portal.Features.Billing;

namespace Portal.Features.Model;

/// <summary>What must hold for an entry of the catalogue. Each fault names what is wrong and what to enter instead.</summary>
public static partial class CatalogueRules
{
    /// <summary>$10,000 for a million tokens: a slip of the pen, not a price.</summary>
    private const long HighestPrice = 10_000_000_000;

    private static readonly int[] s_adapterSizes = [1, 2, 4, 8, 16, 32];

    private static readonly string[] s_thinkingLevels = ["", "MINIMAL", "LOW", "MEDIUM", "HIGH"];

    public static IReadOnlyList<string> Faults(CatalogueEntry entry, IReadOnlyCollection<CatalogueModel> others, DateTime now) =>
        [.. About(entry, others, now), .. Limits(entry), .. Prices(entry)];

    private static IEnumerable<string> About(CatalogueEntry entry, IReadOnlyCollection<CatalogueModel> others, DateTime now)
    {
        if (!Id().IsMatch(entry.Id))
        {
            yield return "Id: use Google's name of the model, such as gemini-3.5-flash: lower-case letters, digits, dots and hyphens, 80 at most.";
        }

        if (entry.DisplayName.Trim() is "" || entry.DisplayName.Length > 120)
        {
            yield return "Name: enter 1 to 120 characters.";
        }

        if (entry.StateReason.Trim() is "" || entry.StateReason.Length > 400)
        {
            yield return "Why it is in this state: customers read it; enter 1 to 400 characters.";
        }

        if (entry.SuccessorId is { } successor && (successor == entry.Id || others.All(m => m.Id != successor || m.State is ModelState.Retired)))
        {
            yield return $"Successor: {successor} is no other model of this catalogue that is still offered.";
        }

        if (entry.RetiresAt <= entry.AvailableAt)
        {
            yield return "Dates: it retires after it became available. Correct one of the two.";
        }

        if (entry.State is ModelState.Retiring && entry.RetiresAt is null)
        {
            yield return "Retires: a model that is retiring has a day when it ends. Enter it, or choose another state.";
        }

        if (entry.State is not ModelState.Retired && entry.RetiresAt <= now)
        {
            yield return "Retires: that day is over, and the model is still offered. Choose the state Retired, or correct the day.";
        }
    }

    private static IEnumerable<string> Limits(CatalogueEntry entry)
    {
        if (entry.AdapterSizes.Any(s => !s_adapterSizes.Contains(s)) || entry.AdapterSizes.Distinct().Count() < entry.AdapterSizes.Count)
        {
            yield return $"Adapter sizes: each once, out of {string.Join(", ", s_adapterSizes)}.";
        }

        if (entry.TuningLocations.Any(l => !Location().IsMatch(l)) || entry.TuningLocations.Distinct().Count() < entry.TuningLocations.Count || string.Join(',', entry.TuningLocations).Length > 300)
        {
            yield return "Tuning locations: each once, as Google names them, such as us-central1 or europe-west4.";
        }

        if (!s_thinkingLevels.Contains(entry.LeastThinkingLevel) || (entry.LeastThinkingLevel is not "" && entry.LeastThinkingBudget is not null) || entry.LeastThinkingBudget is < 0 or > 32_768)
        {
            yield return "Least thinking: either a level (MINIMAL, LOW, MEDIUM, HIGH) or a budget of 0 to 32,768 tokens, as the model takes it.";
        }

        if (entry is { MaxEpochs: < 0 } or { MaxExampleTokens: < 0 } or { MaxTrainingExamples: < 0 } or { MaxValidationExamples: < 0 } or { MaxMediaExamples: < 0 } or { MaxTrainingBytes: < 0 })
        {
            yield return "Limits: they are not negative.";
        }

        if (entry.Media.DistinctBy(m => m.Kind).Count() < entry.Media.Count || entry.Media.Any(m => m is { MaxFiles: < 1 } or { MaxBytes: < 1 } or { MimeTypes.Count: 0 } or { MaxSeconds: < 1 } or { MaxPages: < 1 })
            || MediaLimitText.Of(entry.Media).Length > 4_000)
        {
            yield return MediaLimitText.Form;
        }

        if (entry.State is not (ModelState.Tunable or ModelState.Retiring) || (entry.State is ModelState.Retiring && entry.AdapterSizes.Count is 0))
        {
            yield break;
        }

        if (entry.AdapterSizes.Count is 0 || !entry.AdapterSizes.Contains(entry.DefaultAdapterSize))
        {
            yield return "Adapter sizes: a model that can be tuned has at least one, and its usual size is one of them.";
        }

        if (entry.TuningLocations.Count is 0)
        {
            yield return "Tuning locations: a model that can be tuned has at least one.";
        }

        if (entry.MaxEpochs is < 1 or > 1_000 || entry.MaxExampleTokens is 0 || entry.MaxTrainingExamples is 0 || entry.MaxValidationExamples is 0)
        {
            yield return "Limits: a model that can be tuned has 1 to 1,000 passes at most, and limits for an example's tokens, training rows and validation rows.";
        }

        if (entry.PracticeTrainingPricePerMillion is null && entry.Prices.All(p => p.Meter is not Meter.TuningTokens))
        {
            yield return "Prices: a model that can be tuned has a price for training tokens, or at least one for practice. Without it nobody can start a tuning.";
        }
    }

    private static IEnumerable<string> Prices(CatalogueEntry entry)
    {
        if (entry.Prices.Any(p => p.PerMillion is < 1 or > HighestPrice) || entry.PracticeTrainingPricePerMillion is < 1 or > HighestPrice)
        {
            yield return "Prices: each is more than $0 and at most $10,000 for a million tokens. Where no price is known, enter none: that is never taken for free.";
        }

        if (entry.Prices.Any(p => p.VendorPerMillion is < 1 or > HighestPrice))
        {
            yield return "Prices: what the vendor takes is more than $0 and at most $10,000 for a million tokens. Where it is not known, leave it empty: that is never taken for nothing.";
        }

        if (entry.Prices.Any(p => p.Source.Trim() is "" || p.Source.Length > 400))
        {
            yield return "Prices: say where each is from, in 1 to 400 characters.";
        }

        if (entry.Prices.DistinctBy(p => (p.Meter, p.From)).Count() < entry.Prices.Count)
        {
            yield return "Prices: two prices of one meter begin at the same moment. Remove one.";
        }

        if (entry.Prices.Any(p => p.Meter is Meter.InputTokens) != entry.Prices.Any(p => p.Meter is Meter.OutputTokens))
        {
            yield return "Prices: input and output tokens are priced together. Enter the other one too.";
        }

        if (entry.Prices.Count > 40)
        {
            yield return "Prices: there are more than 40. Remove planned ones that will not come.";
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]{0,79}$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex("^(global|us|eu|[a-z]+-[a-z]+[0-9]{1,2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Location();
}
