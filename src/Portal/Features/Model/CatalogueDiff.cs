using System.Globalization;
using Portal.Components;
using Portal.Features.Billing;

namespace Portal.Features.Model;

/// <summary>One field of a model as it was and as it became; empty where there was none.</summary>
public sealed record FieldChange(string Field, string Before, string After);

/// <summary>What changed between two states of a model, field by field, in the words of the screen.</summary>
public static class CatalogueDiff
{
    public static IReadOnlyList<FieldChange> Between(CatalogueEntry? before, CatalogueEntry after)
    {
        var old = before is null ? [] : Fields(before).ToDictionary(f => f.Field, f => f.Value, StringComparer.Ordinal);
        var now = Fields(after).ToDictionary(f => f.Field, f => f.Value, StringComparer.Ordinal);
        return
        [
            .. now.Keys.Union(old.Keys).Select(field => new FieldChange(field, old.GetValueOrDefault(field, ""), now.GetValueOrDefault(field, "")))
                .Where(change => change.Before != change.After),
        ];
    }

    public static string Date(DateTime at) => at == CataloguePrice.Ever ? "the beginning" : at.ToString(at.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Field, string Value)> Fields(CatalogueEntry entry)
    {
        yield return ("Name", entry.DisplayName);
        yield return ("Tier", ModelWords.Of(entry.Tier));
        yield return ("State", ModelWords.Of(entry.State));
        yield return ("Why it is in this state", entry.StateReason);
        yield return ("Successor", entry.SuccessorId ?? "");
        yield return ("Available from", entry.AvailableAt is { } available ? Date(available) : "");
        yield return ("Retires", entry.RetiresAt is { } retires ? Date(retires) : "");
        foreach (var price in entry.Prices.OrderBy(p => p.Meter).ThenBy(p => p.From))
        {
            yield return ($"{UsageWords.Of(price.Meter)} from {Date(price.From)}", $"{Show.Money(price.PerMillion)} per million{(price.VendorPerMillion is { } vendor ? $", of which the vendor takes {Show.Money(vendor)}" : "")} ({price.Source})");
        }

        yield return ("Practice price of training", entry.PracticeTrainingPricePerMillion is { } practice ? $"{Show.Money(practice)} per million ({entry.PracticePriceSource})" : "");
        yield return ("Adapter sizes", string.Join(", ", entry.AdapterSizes));
        yield return ("Usual adapter size", Number(entry.DefaultAdapterSize));
        yield return ("Most passes", Number(entry.MaxEpochs));
        yield return ("Tuning locations", string.Join(", ", entry.TuningLocations));
        yield return ("Most tokens of an example", Number(entry.MaxExampleTokens));
        yield return ("Most training rows", Number(entry.MaxTrainingExamples));
        yield return ("Most validation rows", Number(entry.MaxValidationExamples));
        yield return ("Most training rows with files", Number(entry.MaxMediaExamples));
        yield return ("Largest training file", entry.MaxTrainingBytes is 0 ? "" : Show.Bytes(entry.MaxTrainingBytes));
        foreach (var limit in entry.Media)
        {
            yield return ($"Files: {limit.Kind}", MediaLimitText.Of(limit));
        }

        yield return ("Least thinking", entry.LeastThinkingLevel is not "" ? entry.LeastThinkingLevel : entry.LeastThinkingBudget is { } budget ? $"{Show.Count(budget)} tokens" : "");
    }

    private static string Number(int value) => value is 0 ? "" : Show.Count(value);
}
