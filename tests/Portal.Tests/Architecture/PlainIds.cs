namespace Portal.Tests.Architecture;

/// <summary>The few ids of a tenant's rows that no foreign key can hold inside the tenant, and why each needs none.</summary>
internal static class PlainIds
{
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["ApiKey.DeploymentId"] = "a deployment that Tenancy does not know; it is found within what the key opens, or not at all",
        ["ApiKey.EndpointId"] = "an endpoint, the same",
        ["ApiKey.ProjectId"] = "a project, the same",
        ["ApiKey.ViaId"] = "an engagement, which is no tenant's row; whether it runs is asked at every look-up",
        ["AuditEntry.ActorId"] = "a person, who may be known to the portal no longer",
        ["AuditEntry.ProjectId"] = "the log outlives its project",
        ["AuditEntry.TargetId"] = "whatever was acted on, and the log outlives it",
        ["AuditEntry.ViaId"] = "an engagement or an admin's visit, and the log outlives it",
        ["BillingAccount.PlanId"] = "one of the table of plans",
        ["Budget.ScopeId"] = "a project or a key, or empty; Billing does not know projects",
        ["Candidate.SourceId"] = "a dataset version or a tuning job; shown, never followed",
        ["AnswerFeedback.ResponseId"] = "the call's, which is read before",
        ["CallTrait.ResponseId"] = "the call's, saved with it",
        ["ShadowCall.ResponseId"] = "the live call's, which was saved before",
        ["StoredCall.ResponseId"] = "the call's, which was saved before",
        ["TrafficDraft.ResponseId"] = "the call's, which is read before, and which the draft outlives",
        ["TrafficSlice.CallerId"] = "a key's, or empty for calls without one; figures outlive it",
        ["Checkpoint.VendorId"] = "Google's",
        ["DatasetVersion.CopiedFromId"] = "the version whose place it takes, of the same project; read within the organization, where it is that one or none",
        ["PersonErasureRow.HolderId"] = "an import or a version; what is marked is looked for within the organization, and is there or not",
        ["Example.SourceId"] = "what the uploaded file calls the row; shown, never followed",
        ["Augmentation.WriterId"] = "a model of the catalogue or a candidate, which belong to a later slice; looked for among those of the project",
        ["FrozenExample.SourceId"] = "what the uploaded file called the row; shown, never followed",
        ["IdentityProvider.ClientId"] = "what the provider calls the portal",
        ["ImportedAuditLog.SourceId"] = "an organization, most likely of another installation",
        ["ImportedUsage.KeyId"] = "the ledger outlives its key",
        ["ImportedUsage.ProjectId"] = "the ledger outlives its project",
        ["ImportedUsage.SubjectId"] = "whatever cost, and the ledger outlives it",
        ["InferenceLog.ResponseId"] = "what the caller was told, and the row's own",
        ["Reservation.KeyId"] = "a key that was found before; what is held outlives no call",
        ["Reservation.ProjectId"] = "money is held for a project that Billing, which sees only Tenancy, does not know",
        ["Reservation.SubjectId"] = "whatever costs: a job, a run, a deployment",
        ["UsageDay.KeyId"] = "the ledger outlives its key",
        ["UsageDay.ProjectId"] = "the ledger outlives its project",
        ["UsageEvent.KeyId"] = "the ledger outlives its key",
        ["UsageEvent.ProjectId"] = "the ledger outlives its project",
        ["UsageEvent.SubjectId"] = "whatever cost, and the ledger outlives it",
    };
}
