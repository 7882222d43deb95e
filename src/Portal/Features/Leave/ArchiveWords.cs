namespace Portal.Features.Leave;

/// <summary>What the archive says to whoever unpacks it without the portal.</summary>
internal static class ArchiveWords
{
    public const string Readme = """
        This archive holds everything an organization had in the portal when it was exported.

        manifest.json     what is in it: format and version, the organization, every table and file with its SHA-256, and what was withheld and why
        tables/*.jsonl    one table each, one row a line, as JSON. Times are UTC. Money is in millionths of the currency.
        sources/*         the uploaded files, byte for byte; manifest.json says which is which
        people/*.json     members, and engagements between this organization and others

        Tables that people ask for first:
          TaskDefinition      the task cards
          Example             rows as imported; Finding, DecisionEntry and RowDecision say what was decided about them
          DatasetVersion      frozen versions, with the hash of their content and of their sealed test split
          FrozenExample       the rows of each version with their split; sha256 is the row's own hash
          Augmentation, SyntheticDraft   rows that models wrote: what was asked, what it cost, what became of each, and the rows it was made from
          MediaFile           pictures, sounds, films and documents of rows, each with its file among the sources; rows name them by their SHA-256
          Recipe, Candidate   how each candidate asks its model
          CandidateRun, CandidateAnswer, EvaluationRun, EvaluatedCandidate   every answer and every figure
          TuningJob, Checkpoint, MetricPoint   tunings with their settings, curves and the vendor's names
          Deployment, Endpoint, ApiKey, InferenceLog   what served, and who called it (never what was said)
          UsageEvent          what was used and what it cost
          BillingInvoice      what was invoiced, as Stripe has it
          ImportedUsage, ImportedAuditLog   the same of an organization that this one had taken in from an archive
          AuditEntry          the audit log, each entry sealed by the hash of the one before it

        A version's contentHash is the SHA-256 over its rows in the order of their numbers: for each, the 32 bytes of sha256, then one
        byte for its split (0 train, 1 validation, 2 test). Its testDigest is the same over the test rows alone, without the split.

        The rows of the test split are in this archive. Whoever has read them has seen them: each export counts as a look.
        Secrets are not in it: keys are known by their prefix, and no password or token was written.
        """;
}
