using System.Collections.Frozen;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Leave;

/// <summary>
/// What becomes of an archive's rows here. An archive is somebody's word: it grants no access, starts no work, names nobody, and nothing
/// that it names at the vendor is ever called.
/// </summary>
internal static class ImportRules
{
    /// <summary>Nobody's id. An empty one would be the portal's own, which needs no right for what it begins again.</summary>
    public const string FormerUserId = "usr_former";

    private const string WasUnderWay = "It was under way when the organization was exported, and ended with that.";

    public static readonly IReadOnlyDictionary<string, string> NotBrought = new Dictionary<string, string>
    {
        [nameof(AlertRoute)] = "whom an alert tells is chosen here",
        [nameof(AlertWebhook)] = "an address is called where somebody has named it",
        [nameof(AuditCheckpoint)] = "kept with the audit log, apart",
        [nameof(AuditEntry)] = "kept apart, as a log of its own",
        [nameof(AuditHead)] = "kept with the audit log, apart",
        ["FormerMember"] = "belonging is not brought by an archive",
        ["IdentityProvider"] = "a way in is not opened by an archive",
        ["Invitation"] = "belonging is not brought by an archive",
        ["OrganizationDomain"] = "a domain is proved where it is used",
        [nameof(InventoryLook)] = "what stands at Google is looked at here",
        [nameof(Stray)] = "the same",
        [nameof(ShadowRun)] = "nothing that an archive brings is live, so there are no calls to copy",
        [nameof(ShadowCall)] = "the same",
        [nameof(StoredCall)] = "texts are kept only where an owner has said so",
        [nameof(RetuneProposal)] = "nothing that an archive brings is live, so there is nothing to tune again",
        [nameof(RetuneSchedule)] = "the same",
        [nameof(RetuneWatch)] = "the same",
        [nameof(TrafficDraft)] = "texts are kept only where an owner has said so",
        [nameof(TextKeeping)] = "an owner says here what is kept",
    };

    private static readonly FrozenDictionary<Type, Action<ArchivedRow, DateTime>> s_rules = new Dictionary<Type, Action<ArchivedRow, DateTime>>
    {
        [typeof(DatasetImport)] = (row, _) => EndAs(row, ImportState.Failed, nameof(DatasetImport.Failure), ImportState.Mapped, ImportState.Importing),
        [typeof(MediaFile)] = (row, _) => RequireKnown(row),
        [typeof(TaskDefinition)] = (row, _) => RequireMeasurable(row),
        [typeof(DatasetVersion)] = (row, _) => EndAs(row, VersionState.Failed, nameof(DatasetVersion.Failure), VersionState.Freezing),
        [typeof(CandidateRun)] = (row, at) =>
        {
            row[nameof(CandidateRun.NextAttemptAt)] = null;
            if (EndAs(row, RunState.Cancelled, nameof(CandidateRun.Problem), RunState.Queued, RunState.Running))
            {
                row[nameof(CandidateRun.EndedAt)] = at;
            }
        },
        [typeof(EvaluationRun)] = (row, at) =>
        {
            if (EndAs(row, EvaluationState.Cancelled, nameof(EvaluationRun.Problem), EvaluationState.Queued, EvaluationState.Running))
            {
                row[nameof(EvaluationRun.EndedAt)] = at;
            }
        },
        [typeof(Augmentation)] = (row, at) =>
        {
            (row[nameof(Augmentation.NextAttemptAt)], row[nameof(Augmentation.AskedAt)]) = (null, null);
            if (EndAs(row, AugmentationState.Cancelled, nameof(Augmentation.Problem), AugmentationState.Queued, AugmentationState.Running))
            {
                row[nameof(Augmentation.EndedAt)] = at;
            }
        },
        [typeof(TuningJob)] = EndTuning,
        [typeof(Checkpoint)] = (row, _) => Former(row, nameof(Checkpoint.Endpoint)),
        [typeof(Candidate)] = (row, _) =>
        {
            if (row.Text(nameof(Candidate.ModelName)) != row.Text(nameof(Candidate.BaseModelId)) || row.Is(nameof(Candidate.Rung), Rung.Tuned))
            {
                Former(row, nameof(Candidate.ModelName));
            }
        },
        [typeof(Deployment)] = (row, at) =>
        {
            EndAs(row, DeploymentState.Failed, nameof(Deployment.SmokeProblem), DeploymentState.Draft, DeploymentState.Testing);
            EndAs(row, DeploymentState.Undeployed, null, DeploymentState.Deployed, DeploymentState.Canary);
            row[nameof(Deployment.EndedAt)] ??= at;
            row[nameof(Deployment.TestingUntil)] = null;
            row[nameof(Deployment.IsImported)] = true;
        },
        [typeof(AlertRule)] = (row, at) => Silence(row, at),
        [typeof(AnswerFeedback)] = (row, _) => (row[nameof(AnswerFeedback.Comment)], row[nameof(AnswerFeedback.Correction)], row[nameof(AnswerFeedback.TextExpiresAt)]) = ("", "", null),
        [typeof(Endpoint)] = (row, _) =>
        {
            row[nameof(Endpoint.Name)] = Endpoint.CheckedName(row.Text(nameof(Endpoint.Name)));
            (row[nameof(Endpoint.CanaryDeploymentId)], row[nameof(Endpoint.CanaryPercent)], row[nameof(Endpoint.CanaryStepAt)], row[nameof(Endpoint.CanaryCheckedAt)]) = (null, 0, null, null);
            (row[nameof(Endpoint.CanaryLimitsJson)], row[nameof(Endpoint.ShadowRunId)], row[nameof(Endpoint.ShadowPercent)]) = ("", null, 0);
            (row[nameof(Endpoint.LiveDeploymentId)], row[nameof(Endpoint.PausedAt)], row[nameof(Endpoint.PauseMessage)]) = (null, null, "");
        },
        [typeof(ApiKey)] = (row, at) =>
        {
            if (row[nameof(ApiKey.RevokedAt)] is null)
            {
                (row[nameof(ApiKey.RevokedAt)], row[nameof(ApiKey.RevokedByName)]) = (at, "Import of an archive");
            }
        },
        [typeof(Reservation)] = (row, at) =>
        {
            if (EndAs(row, ReservationState.Released, null, ReservationState.Held))
            {
                row[nameof(Reservation.EndedAt)] = at;
            }
        },
    }.ToFrozenDictionary();

    /// <summary>The entity that an archive's table is taken in as.</summary>
    public static Type TakenAs(Type entity) => entity == typeof(UsageEvent) ? typeof(ImportedUsage) : entity;

    /// <param name="row">As the archive has it; afterwards as it is here.</param>
    /// <param name="exportedAt">When whatever was under way came to its end.</param>
    public static void Apply(ArchivedRow row, DateTime exportedAt)
    {
        foreach (var person in row.Entity.GetProperties().Where(p => p.Name.EndsWith("UserId", StringComparison.Ordinal)))
        {
            // Names stay, to be read. The id is of another place, or somebody here whom the archive only names.
            row[person.Name] = row[person.Name] is null ? null : FormerUserId;
        }

        if (typeof(IVersioned).IsAssignableFrom(row.Entity.ClrType) && row[nameof(IVersioned.Version)] is long version)
        {
            // The save counts it up by one.
            row[nameof(IVersioned.Version)] = Math.Max(0, version - 1);
        }

        if (s_rules.TryGetValue(row.Entity.ClrType, out var rule))
        {
            rule(row, exportedAt);
        }
    }

    /// <summary>As a task is when it is saved: every figure is computed from these two.</summary>
    /// <summary>The type goes to browsers and to Google, so it is one of those that content is told by.</summary>
    private static void RequireKnown(ArchivedRow row)
    {
        if (MediaTypes.EndingOf(row.Text(nameof(MediaFile.MimeType))) is MediaTypes.UnknownEnding)
        {
            throw new PortalException("Its file is of a type that is not known here.");
        }
    }

    private static void RequireMeasurable(ArchivedRow row)
    {
        if (row[nameof(TaskDefinition.Target)] is double target and not (> 0 and < 1))
        {
            throw new PortalException($"Target is {target}, and must be a share between 0 and 1.");
        }

        if (row.Text(nameof(TaskDefinition.LabelLines)).AsSpan().Count('\n') >= TaskDefinition.MaximumLabels)
        {
            throw new PortalException($"LabelLines has more than {TaskDefinition.MaximumLabels:N0} labels.");
        }
    }

    /// <summary>It looks at nothing until somebody here switches it on.</summary>
    private static void Silence(ArchivedRow row, DateTime at)
    {
        (row[nameof(AlertRule.IsOn)], row[nameof(AlertRule.State)], row[nameof(AlertRule.StateSince)], row[nameof(AlertRule.CheckedAt)]) = (false, AlertState.Ok, at, null);
        (row[nameof(AlertRule.WarnTurnedAt)], row[nameof(AlertRule.AlertTurnedAt)], row[nameof(AlertRule.NoDataTurnedAt)]) = (null, null, null);
        ((AlertRule)row.Build()).Limits.Require();
    }

    private static void EndTuning(ArchivedRow row, DateTime at)
    {
        if (row[nameof(TuningJob.State)] is TuningJobState state && !TuningTransitions.IsEnded(state))
        {
            (row[nameof(TuningJob.State)], row[nameof(TuningJob.StateSince)], row[nameof(TuningJob.Problem)]) = (TuningJobState.Cancelled, at, WasUnderWay);
        }

        row[nameof(TuningJob.EndedAt)] ??= at;
        // Its rows, if any are left in a bucket, are in somebody else's.
        row[nameof(TuningJob.FilesDeletedAt)] ??= at;
        row[nameof(TuningJob.Slot)] = row[nameof(TuningJob.Id)];
        foreach (var name in new[] { nameof(TuningJob.VendorName), nameof(TuningJob.Endpoint), nameof(TuningJob.Experiment), nameof(TuningJob.TrainUri), nameof(TuningJob.ValidationUri) })
        {
            Former(row, name);
        }
    }

    private static void Former(ArchivedRow row, string column)
    {
        if (row.Text(column) is { Length: > 0 } name && !Candidate.IsFormer(name))
        {
            row[column] = Candidate.FormerPrefix + name;
        }
    }

    private static bool EndAs<T>(ArchivedRow row, T ended, string? why, params ReadOnlySpan<T> active)
        where T : struct, Enum
    {
        if (!row.Is("State", active))
        {
            return false;
        }

        row["State"] = ended;
        if (why is not null)
        {
            row[why] = WasUnderWay;
        }

        return true;
    }
}
