namespace Portal.Features.Billing;

/// <summary>
/// What the ledger's ids are called. Billing knows no project, so a slice that does lends it the words:
/// the arrow stays as it is, and a bill is read by names.
/// </summary>
public interface IUsageSubjects
{
    /// <summary>On the sandbox nothing is charged, whatever the ledger counts.</summary>
    bool IsPractice { get; }

    Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct);
}
