using System.Collections.Frozen;

namespace Portal.Features.Tenancy;

/// <summary>What somebody may do in an organisation. The names are the verbs that pages, APIs and workers ask for.</summary>
public enum Permission
{
    ViewProjects,
    ReadRows,
    DefineTask,
    ChangeData,
    ReviewRows,
    RunModels,
    ChooseModel,
    TryModel,
    Tune,
    Deploy,
    ApproveRelease,
    OverrideGate,
    ManagePlaybooks,
    ViewMembers,
    ManageMembers,
    ManageOwners,
    ManageSignIn,
    ManageEngagements,
    WorkForClients,
    ViewConnection,
    ManageConnection,
    ViewBilling,
    ManageBilling,
    ViewAudit,
    ManagePrivacy,
    ExportOrganization,
    ImportOrganization,
    EraseOrganization,
    EraseRows,
}

/// <summary>The one table of who may do what: role by verb. The page that shows it reads it from here.</summary>
public static class Permissions
{
    private static readonly Permission[] s_look = [Permission.ViewProjects, Permission.ReadRows, Permission.ViewMembers, Permission.ViewConnection];

    private static readonly Permission[] s_build =
    [
        .. s_look, Permission.DefineTask, Permission.ChangeData, Permission.ReviewRows, Permission.RunModels, Permission.ChooseModel, Permission.TryModel, Permission.Tune,
        Permission.Deploy, Permission.ApproveRelease, Permission.ManagePlaybooks, Permission.WorkForClients,
    ];

    private static readonly Permission[] s_ownersOnly =
        [Permission.OverrideGate, Permission.ManageOwners, Permission.ManageEngagements, Permission.ManagePrivacy, Permission.ExportOrganization, Permission.ImportOrganization, Permission.EraseOrganization, Permission.EraseRows];

    private static readonly FrozenDictionary<MemberRole, FrozenSet<Permission>> s_ofRole = new Dictionary<MemberRole, FrozenSet<Permission>>
    {
        [MemberRole.Owner] = Enum.GetValues<Permission>().ToFrozenSet(),
        [MemberRole.Admin] = Enum.GetValues<Permission>().Except(s_ownersOnly).ToFrozenSet(),
        [MemberRole.Editor] = s_build.ToFrozenSet(),
        [MemberRole.Reviewer] = FrozenSet.Create(Permission.ViewProjects, Permission.ReviewRows, Permission.TryModel),
        [MemberRole.Viewer] = s_look.ToFrozenSet(),
        [MemberRole.Billing] = FrozenSet.Create(Permission.ViewProjects, Permission.ViewMembers, Permission.ViewBilling, Permission.ManageBilling),
    }.ToFrozenDictionary();

    /// <summary>What an engagement can grant a consultancy's people: the work on projects, never the organisation itself.</summary>
    public static readonly FrozenSet<Permission> ForConsultants =
        s_build.Except([Permission.ViewMembers, Permission.ViewConnection, Permission.WorkForClients]).Append(Permission.ViewBilling).ToFrozenSet();

    /// <summary>
    /// The most an admin's break-glass visit can see; it is cut down to what the person in whose place the admin looks may see. No verb here
    /// changes, spends, issues or takes anything away.
    /// </summary>
    public static readonly FrozenSet<Permission> ForBreakGlass = [.. s_look, Permission.ViewBilling];

    public static FrozenSet<Permission> Of(MemberRole role) => s_ofRole[role];

    public static IEnumerable<MemberRole> RolesWith(Permission permission) =>
        Enum.GetValues<MemberRole>().Where(role => s_ofRole[role].Contains(permission));

    /// <summary>The verb as it completes "You may not …".</summary>
    public static string Words(this Permission permission) => permission switch
    {
        Permission.ViewProjects => "see projects and their figures",
        Permission.ReadRows => "read examples and answers",
        Permission.DefineTask => "create projects and define tasks",
        Permission.ChangeData => "upload, change and freeze data",
        Permission.ReviewRows => "review rows",
        Permission.RunModels => "run baselines and evaluations",
        Permission.ChooseModel => "choose the model to go on with",
        Permission.TryModel => "try a model",
        Permission.Tune => "start or cancel a tuning",
        Permission.Deploy => "deploy, or issue and revoke keys",
        Permission.ApproveRelease => "approve a release",
        Permission.OverrideGate => "deploy in spite of the release gate",
        Permission.ManagePlaybooks => "save a project's task and settings as a playbook",
        Permission.ViewMembers => "see the members",
        Permission.ManageMembers => "invite, change and remove members",
        Permission.ManageOwners => "make or unmake owners",
        Permission.ManageSignIn => "change how members sign in",
        Permission.ManageEngagements => "admit a consultancy or end its access",
        Permission.WorkForClients => "work for client organizations",
        Permission.ViewConnection => "see the Google connection",
        Permission.ManageConnection => "test or change the Google connection",
        Permission.ViewBilling => "see costs and invoices",
        Permission.ManageBilling => "change the plan, budgets and payment",
        Permission.ViewAudit => "read the audit log",
        Permission.ManagePrivacy => "change what is stored and for how long",
        Permission.ExportOrganization => "export the organization",
        Permission.ImportOrganization => "import an organization from its archive",
        Permission.EraseOrganization => "erase the organization",
        Permission.EraseRows => "erase a person's rows",
        _ => throw new ArgumentOutOfRangeException(nameof(permission), permission, null),
    };
}
