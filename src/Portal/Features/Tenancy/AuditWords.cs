using System.Collections.Frozen;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What each entry says in plain words, and where its target is to be seen. What is not listed here is shown as it was written.</summary>
public static class AuditWords
{
    private static readonly FrozenDictionary<string, string> s_actions = new Dictionary<string, string>
    {
        ["access.denied"] = "Was refused the right to",
        ["announcement.published"] = "Announced:",
        ["announcement.withdrawn"] = "Withdrew the announcement:",
        ["archive.confirmed"] = "Agreed to import the archive",
        ["archive.discarded"] = "Discarded the archive",
        ["archive.imported"] = "Imported the organization's archive",
        ["archive.refused"] = "Could not import the archive",
        ["archive.uploaded"] = "Uploaded the archive",
        ["audit.exported"] = "Exported the audit log",
        [AuditRetention.Action] = "Removed audit entries kept long enough",
        ["baselines.started"] = "Started baselines of",
        ["break-glass.began"] = "Began a break-glass visit of",
        ["break-glass.ended"] = "A break-glass visit ended of",
        ["break-glass.looked"] = "Looked, by break-glass, at",
        ["catalogue.added"] = "Added to the catalogue",
        ["catalogue.brought-back"] = "Brought back an earlier state of",
        ["catalogue.changed"] = "Changed in the catalogue",
        ["checkpoint.registered"] = "Made a checkpoint a candidate",
        ["connection.tested"] = "Tested the Google connection",
        ["consultant.read-figures"] = "Read the figures for the client board by",
        ["consultant.visited"] = "Visited by",
        ["data.exported"] = "Exported rows of",
        ["data.removed"] = "Removed the rows of the replaced file",
        ["data.uploaded"] = "Uploaded the file",
        ["decision.redacted"] = "Decided to redact:",
        ["decision.taken"] = "Decided about:",
        ["decision.undone"] = "Took back the decision about:",
        ["deployment.approved"] = "Approved the deployment",
        ["deployment.ended"] = "Ended the deployment",
        ["deployment.rolled-back"] = "Put the deployment back",
        ["domain.claimed"] = "Named the domain",
        ["domain.removed"] = "Removed the domain",
        ["domain.verified"] = "Proved the domain",
        ["engagement.accepted"] = "Accepted the engagement with",
        ["engagement.approved"] = "Approved the engagement with",
        ["engagement.changed"] = "Changed the engagement with",
        ["engagement.declined"] = "Declined the engagement with",
        ["engagement.ended"] = "Ended the engagement with",
        ["engagement.person-taken-off"] = "Took a person off the engagement with",
        ["engagement.requested"] = "Asked for an engagement with",
        ["erasure.asked"] = "Asked to erase",
        ["erasure.cancelled"] = "Took back the erasure of",
        ["erasure.hurried"] = "Asked not to wait with erasing",
        ["evaluation.cancelled"] = "Cancelled",
        ["evaluation.started"] = "Started",
        ["export.asked"] = "Asked for the export of",
        ["export.deleted"] = "Deleted the export of",
        ["export.downloaded"] = "Downloaded the export of",
        ["export.expired"] = "Cleared the export of",
        ["import.failed"] = "Could not import the file",
        ["import.finished"] = "Imported the file",
        ["import.started"] = "Chose columns of, and began to import,",
        ["invitation.accepted"] = "Accepted the invitation of",
        ["invitation.resent"] = "Sent the invitation again to",
        ["invitation.withdrawn"] = "Withdrew the invitation of",
        ["key.issued"] = "Issued the API key",
        ["key.revoked"] = "Revoked the API key",
        ["member.admitted"] = "Became a member by signing in:",
        ["member.changed"] = "Changed the role of",
        ["member.invited"] = "Invited",
        ["member.joined"] = "Joined as a member:",
        ["member.left"] = "Left the organization:",
        ["member.removed"] = "Removed the member",
        ["model.chosen"] = "Chose the model",
        ["organization.erased"] = "Erased the organization",
        ["organization.restored"] = "Restored the organization",
        ["organization.suspended"] = "Suspended the organization",
        ["playbook.deleted"] = "Deleted the playbook",
        ["playbook.refused"] = "Was refused a playbook, for what stood in it, of",
        ["playbook.renamed"] = "Renamed the playbook to",
        ["playbook.saved"] = "Saved the playbook",
        ["playbook.taken"] = "Took settings of a project along, for",
        ["playbook.used"] = "Began, with a playbook, the project",
        ["playbook.used-at-client"] = "Began a project with a playbook at",
        ["project.created"] = "Created the project",
        ["project.renamed"] = "Renamed the project to",
        ["provider.added"] = "Added the identity provider",
        ["provider.admission-changed"] = "Changed whom this identity provider admits:",
        ["provider.changed"] = "Changed the identity provider",
        ["provider.not-required"] = "Let members sign in with any provider again at",
        ["provider.removed"] = "Removed the identity provider",
        ["provider.required"] = "Let members sign in with its own providers alone at",
        ["provider.switched-off"] = "Switched off the identity provider",
        ["provider.switched-on"] = "Switched on the identity provider",
        ["provider.tested"] = "Tested the identity provider",
        ["run.cancelled"] = "Cancelled a run of",
        ["sealed.looked"] = "Opened the sealed rows of",
        ["session.began"] = "Signed in on",
        ["session.ended"] = "Session ended on",
        ["session.refused"] = "Was refused a sign-in by",
        ["task.labels-taken"] = "Took the labels from the data of",
        ["task.saved"] = "Saved the task of",
        ["tuning.cancelled"] = "Cancelled a tuning of",
        ["tuning.started"] = "Started a tuning of",
        ["version.downloaded"] = "Downloaded the rows of",
        ["version.failed"] = "Could not freeze",
        ["version.frozen"] = "Froze and split",
        ["version.started"] = "Began to freeze",
        ["work.begun-again"] = "Began failed or waiting work again for",
        [StandingRight.Action] = "Stopped what somebody without the right had started:",
    }.ToFrozenDictionary();

    /// <summary>The kinds of acts one can look for: each is what its actions begin with.</summary>
    public static readonly IReadOnlyList<(string Prefix, string Words)> Kinds =
    [
        ("access.", "Refused rights"), ("archive.", "Imported archives"), ("audit.", "The audit log"), ("baselines.", "Baselines"), ("break-glass.", "Break-glass visits"), ("checkpoint.", "Checkpoints"), ("connection.", "Google connection"),
        ("consultant.", "Visits of consultants"), ("data.", "Files"), ("decision.", "Decisions about rows"), ("deployment.", "Deployments"), ("domain.", "Domains"), ("engagement.", "Engagements"),
        ("erasure.", "Erasure"), ("evaluation.", "Evaluations"), ("export.", "Exports"), ("import.", "Imports"), ("invitation.", "Invitations"), ("key.", "API keys"),
        ("member.", "Members"), ("model.", "Choice of a model"), ("organization.", "The organization"), ("playbook.", "Playbooks"), ("project.", "Projects"), ("provider.", "Identity providers"),
        ("run.", "Runs"), ("sealed.", "Looks at sealed rows"), ("session.", "Sign-ins and sessions"), ("task.", "Task definitions"), ("tuning.", "Tunings"), ("version.", "Versions"),
        ("work.", "Work that was stopped or begun again"),
    ];

    private static readonly FrozenDictionary<string, string> s_steps = new Dictionary<string, string>
    {
        ["API key"] = "deploy",
        ["candidate"] = "model",
        ["deployment"] = "deploy",
        ["evaluation"] = "evaluate",
        ["file"] = "data",
        ["finding"] = "data",
        ["row"] = "data",
        ["run"] = "model",
        ["tuning job"] = "tune",
        ["version"] = "data",
    }.ToFrozenDictionary();

    public static string Of(string action) => s_actions.GetValueOrDefault(action, action);

    public static bool Knows(string action) => s_actions.ContainsKey(action);

    /// <summary>The step of its project where the target is to be seen; null is the project itself.</summary>
    public static string? StepOf(string targetKind) => s_steps.GetValueOrDefault(targetKind);
}
