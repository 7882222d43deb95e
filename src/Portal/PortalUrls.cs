namespace Portal;

/// <summary>Every address of the portal, in one place.</summary>
public static class PortalUrls
{
    public const string SignIn = "/sign-in";
    public const string SignInStart = "/sign-in/start";
    public const string SignInByEmail = "/sign-in/by-email";
    public const string SignInEnded = "/sign-in?ended=true";
    public const string SignOut = "/sign-out";
    public const string SignedOut = "/sign-in?signedOut=true";
    public const string SignedOutHereOnly = "/sign-in?signedOut=true&hereOnly=true";
    public const string BackChannelSignOut = "/sign-out/back-channel";
    public const string StripeWebhook = "/stripe/webhook";
    public const string You = "/you";
    public const string NotFound = "/not-found";
    /// <summary>What programs can call, and how.</summary>
    public const string Reference = "/reference";
    /// <summary>The same, open at the calls to a deployed model. Without the slash it is sent on, and forgets what was asked.</summary>
    public const string ModelReference = $"{Reference}/?api=gateway";

    public const string Admin = "/admin";
    public const string AdminJobs = "/admin/jobs";
    public const string AdminCatalogue = "/admin/catalogue";
    public const string AdminCatalogueAdd = "/admin/catalogue-add";
    public const string AdminLog = "/admin/log";
    public const string AdminWork = "/admin/work";
    public const string AdminMargin = "/admin/margin";
    public const string AdminAnnouncements = "/admin/announcements";

    /// <summary>Why signing in did not work, and the reference under which the log knows more.</summary>
    public static string SignInProblem(string why, string reference) =>
        $"/sign-in/problem?why={Uri.EscapeDataString(why)}" + (reference is "" ? "" : $"&reference={Uri.EscapeDataString(reference)}");

    /// <summary>The organizations of the platform with what of them is shown; parts without a value are left out.</summary>
    public static string AdminTenants(params IEnumerable<(string Name, string? Value)> shown) => Admin + Query(shown);

    public static string AdminTenant(string tenantId) => $"/admin/organizations/{tenantId}";

    public static string AdminModel(string modelId) => $"{AdminCatalogue}/{modelId}";

    public static string AdminLogFrom(params IEnumerable<(string Name, string? Value)> shown) => AdminLog + Query(shown);

    public static string AdminMarginOf(params IEnumerable<(string Name, string? Value)> shown) => AdminMargin + Query(shown);

    public static string AdminMarginCsv(params IEnumerable<(string Name, string? Value)> shown) => "/admin/api/margin.csv" + Query(shown);

    /// <summary>What failed or waits, with what of it is shown; parts without a value are left out.</summary>
    public static string AdminWorkOf(params IEnumerable<(string Name, string? Value)> shown) => AdminWork + Query(shown);

    /// <summary>One step of the background work, on the page of the timer that wakes it.</summary>
    public static string AdminJob(string jobId) => $"{AdminJobs}/jobs/details/{Uri.EscapeDataString(jobId)}";

    /// <summary>
    /// Signs in with an organisation's own provider. Named by a random id: whoever tries names of organisations learns nothing. Every
    /// provider answers at addresses of its own, and one that answers at another's is not heard.
    /// </summary>
    public static string SignInWith(string providerId) => $"/sign-in/with/{providerId}";

    public static string SignInWithStart(string providerId) => $"/sign-in/with/{providerId}/start";

    public static string ProviderCallback(string providerId) => $"/sign-in/with/{providerId}/callback";

    public static string ProviderSignedOut(string providerId) => $"/sign-in/with/{providerId}/signed-out";

    public static string ProviderBackChannel(string providerId) => $"/sign-in/with/{providerId}/back-channel";

    /// <summary>How the members of an organisation sign in.</summary>
    public static string SignInSettings(string org) => $"/o/{org}/sign-in";

    public static string Organization(string org) => $"/o/{org}";

    /// <summary>Where an invitation is taken up; the token is in its mail alone.</summary>
    public static string Invitation(string token) => $"/invitations/{token}";

    public static string Members(string org, int from = 0) => $"/o/{org}/members" + (from is 0 ? "" : $"?from={from}");

    /// <summary>What programs of the organization show.</summary>
    public static string Keys(string org, int from = 0) => $"/o/{org}/keys" + (from is 0 ? "" : $"?from={from}");

    public static string Permissions(string org) => $"/o/{org}/permissions";

    public static string Billing(string org, string? month = null, string? by = null) => $"/o/{org}/billing{Query([("month", month), ("by", by)])}";

    /// <summary>A month's costs for a spreadsheet.</summary>
    public static string CostsCsv(string org, string month) => $"/o/{org}/api/costs.csv?month={month}";

    /// <summary>What the organization has bought, and its invoices.</summary>
    public static string Plan(string org) => $"/o/{org}/billing/plan";

    /// <summary>The audit log with what of it is shown; parts without a value are left out.</summary>
    public static string Audit(string org, params IEnumerable<(string Name, string? Value)> shown) => $"/o/{org}/audit{Query(shown)}";

    public static string AuditCsv(string org, params IEnumerable<(string Name, string? Value)> shown) => $"/o/{org}/api/audit.csv{Query(shown)}";

    /// <summary>The consultancies that may work for this organisation.</summary>
    public static string Consultancies(string org) => $"/o/{org}/consultancies";

    /// <summary>A consultancy's clients, in the order asked for.</summary>
    public static string ClientsCsv(string org, string? sort = null) => $"/o/{org}/api/clients.csv" + (sort is null ? "" : $"?sort={Uri.EscapeDataString(sort)}");

    public static string Clients(string org, string? sort = null) => $"/o/{org}/clients" + (sort is null ? "" : $"?sort={Uri.EscapeDataString(sort)}");

    /// <summary>What the organization takes with it, and how it leaves.</summary>
    public static string Leave(string org) => $"/o/{org}/leave";

    /// <summary>The erasure of a person's rows: all of them, or one with a page of what it found.</summary>
    public static string EraseRows(string org, string? erasureId = null, int page = 0) =>
        $"/o/{org}/leave/rows" + Query([("personErasure", erasureId), ("page", page is 0 ? null : $"{page + 1}")]);

    public static string RowsReceipt(string org, string erasureId) => $"/o/{org}/api/row-erasures/{erasureId}/receipt.json";

    public static string Export(string org, string exportId) => $"/o/{org}/api/exports/{exportId}/archive.zip";

    /// <summary>Where an archive is sent to, part by part.</summary>
    public static string Imports(string org) => $"/o/{org}/api/imports";

    public static string ImportedLog(string org, string logId) => $"/o/{org}/api/imported-logs/{logId}/audit.jsonl";

    /// <summary>What is left of an organization that was erased, for those who owned it.</summary>
    public static string Receipt(string erasureId) => $"/receipts/{erasureId}";

    public static string ReceiptFile(string erasureId) => $"/receipts/{erasureId}/receipt.json";

    public static string Playbooks(string org) => $"/o/{org}/playbooks";

    /// <summary>The projects, with the form for a new one open on a playbook.</summary>
    public static string NewProject(string org, string playbookId) => $"{Organization(org)}?playbook={Uri.EscapeDataString(playbookId)}";

    public static string SavePlaybook(string org, string projectId) => $"{Project(org, projectId)}/playbook";

    /// <summary>What the organization has deployed, and what Google has of it.</summary>
    public static string Endpoints(string org) => $"/o/{org}/endpoints";

    public static string Connection(string org) => $"/o/{org}/connection";

    public static string Project(string org, string projectId) => $"/o/{org}/projects/{projectId}";

    public static string Step(string org, string projectId, string step) => $"{Project(org, projectId)}/{step}";

    /// <summary>The Tune step with its settings open, as the last tuning had them.</summary>
    public static string TuneAgain(string org, string projectId) => Step(org, projectId, "tune") + "?again=true";

    /// <summary>The Model step with its table's order and the run whose mistakes are open.</summary>
    public static string Model(string org, string projectId, string? sort = null, string? run = null, int after = 0)
    {
        var query = string.Join('&', new[]
        {
            sort is null ? "" : $"sort={Uri.EscapeDataString(sort)}", run is null ? "" : $"run={Uri.EscapeDataString(run)}", after is 0 ? "" : $"after={after}",
        }.Where(q => q is not ""));
        return Step(org, projectId, "model") + (query is "" ? "" : $"?{query}");
    }

    /// <summary>The Data step on one of its tabs, with what is open there.</summary>
    public static string Data(string org, string projectId, string tab, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        var address = $"{Step(org, projectId, "data")}?tab={tab}";
        foreach (var (name, value) in more)
        {
            address += string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";
        }

        return address;
    }

    /// <summary>Two versions side by side; without ids the last two.</summary>
    public static string Compare(string org, string projectId, string? fromId = null, string? toId = null, string? rows = null, string? page = null) =>
        Step(org, projectId, "data") + "/compare" + Query([("from", fromId), ("to", toId), ("rows", rows), ("page", page)]);

    /// <summary>Where rows came from and what became of them: of the whole project, of one row of a file, or of one model.</summary>
    public static string Lineage(string org, string projectId, params IEnumerable<(string Name, string? Value)> shown) =>
        Step(org, projectId, "data") + "/lineage" + Query(shown);

    /// <summary>The rows worked on, with what they are filtered by and which one is open.</summary>
    public static string Rows(string org, string projectId, params IEnumerable<(string Name, string? Value)> shown) =>
        Step(org, projectId, "data/rows") + Query(shown.Where(s => s.Value is not ""));

    /// <summary>The reviews of a project, with what the next one is drawn from.</summary>
    public static string Reviews(string org, string projectId, params IEnumerable<(string Name, string? Value)> of) =>
        Step(org, projectId, "data/reviews") + Query(of.Where(s => s.Value is not ""));

    /// <summary>Rows that models wrote, with the run whose drafts are open.</summary>
    public static string Augment(string org, string projectId, string? augmentationId = null, Enum? state = null, int page = 0) =>
        Step(org, projectId, "data/augment") + Query([("augmentation", augmentationId), ("state", state?.ToString().ToLowerInvariant()), ("page", page is 0 ? null : page.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>Calls on their way to becoming rows.</summary>
    public static string TrafficRows(string org, string projectId, Enum? state = null, int page = 0) =>
        Step(org, projectId, "data/traffic") + Query([("state", state?.ToString().ToLowerInvariant()), ("page", page is 0 ? null : page.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>A reviewer's own queue, at a place of it.</summary>
    public static string Review(string org, string projectId, string reviewId, int? at = null) =>
        Step(org, projectId, $"data/reviews/{reviewId}") + Query([("at", at?.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    public static string ReviewResults(string org, string projectId, string reviewId, string? pair = null) =>
        Step(org, projectId, $"data/reviews/{reviewId}/results") + Query([("pair", pair)]);

    /// <summary>The rows of one split of a version, or of both that may be downloaded, as a file; its ending says in which shape.</summary>
    public static string VersionRows(string org, string projectId, string versionId, string split, string ending) =>
        $"/o/{org}/api/projects/{projectId}/versions/{versionId}/{split}/{ending}";

    /// <summary>A picture, sound, film or document of a row.</summary>
    public static string MediaFile(string org, string projectId, string mediaId) => $"/o/{org}/api/projects/{projectId}/media/{mediaId}";

    public static string SetAsideRows(string org, string projectId) => $"/o/{org}/api/projects/{projectId}/set-aside.csv";

    /// <summary>The Evaluate step with what of its results is shown; parts without a value are left out.</summary>
    public static string Evaluate(string org, string projectId, params IEnumerable<(string Name, string? Value)> shown) =>
        Step(org, projectId, "evaluate") + Query(shown);

    /// <summary>A project's traffic with what of it is shown; parts without a value are left out.</summary>
    public static string Monitor(string org, string projectId, params IEnumerable<(string Name, string? Value)> shown) => Step(org, projectId, "monitor") + Query(shown);

    /// <summary>Calls that went wrong, with which of them are shown; parts without a value are left out.</summary>
    public static string WrongCalls(string org, string projectId, params IEnumerable<(string Name, string? Value)> shown) => Step(org, projectId, "monitor/wrong") + Query(shown);

    /// <summary>A project's alert rules, with the rule that is open ("new" for one that is not there yet), the webhook whose log is, and the page of the history.</summary>
    public static string Alerts(string org, string projectId, string? rule = null, string? webhook = null, int page = 0) =>
        Step(org, projectId, "monitor/alerts") + Query([("rule", rule), ("webhook", webhook), ("page", page is 0 ? null : page.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>What this organization keeps of what is asked and answered.</summary>
    public static string Privacy(string org) => $"/o/{org}/privacy";

    public static string Upload(string org, string projectId) => $"/o/{org}/api/projects/{projectId}/uploads";

    /// <summary>Only an address on this portal may be returned to, and not one of signing in or out.</summary>
    public static string LocalOr(string? url, string otherwise) =>
        url is ['/', ..] && url.Length <= 2_000 && (url.Length == 1 || (url[1] is not '/' and not '\\'))
        && !url.Any(c => char.IsControl(c) || c is '\\')
        && Uri.TryCreate(s_anyHost, url, out var full) && full.Host == s_anyHost.Host
        && !full.AbsolutePath.StartsWith(SignIn, StringComparison.OrdinalIgnoreCase) && !full.AbsolutePath.StartsWith(SignOut, StringComparison.OrdinalIgnoreCase)
            ? url : otherwise;

    private static string Query(IEnumerable<(string Name, string? Value)> shown)
    {
        var query = string.Join('&', shown.Where(s => s.Value is not null).Select(s => $"{s.Name}={Uri.EscapeDataString(s.Value ?? "")}"));
        return query is "" ? "" : $"?{query}";
    }

    private static readonly Uri s_anyHost = new("https://portal.invalid");
}
