namespace Portal.Tests.Isolation;

/// <summary>
/// What is as it is for a reason, by the surface's name. A name that no surface has any more fails as one that is missing does.
/// </summary>
internal static class Reasons
{
    /// <summary>Told whose something is by what only its holder has, or asked before anybody is inside anywhere.</summary>
    public static readonly IReadOnlyDictionary<string, string> Doors = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["KeyGate.EnterAsync"] = "the key is the proof and says whose it is; keys are tried at the addresses for programs",
        ["GatewayCall.EnterAsync"] = "the same",
        ["GatewayCall.FindAsync"] = "after a key was shown, which nobody in a circuit does",
        ["GatewayCall.ListAsync"] = "the same",
        ["MemberGate.EnterAsync"] = "the gate itself, at which everybody is tried",
        ["MemberGate.CheckAsync"] = "asks the gate again",
        ["TenancyService.FindMembershipAsync"] = "what the gate asks: where a person may enter, wherever that is",
        ["TenancyService.FindMembershipInAsync"] = "the same",
        ["TenancyService.MembershipsAsync"] = "the same, for the switcher of organizations",
        ["ProviderDirectory.FindAsync"] = "a sign-in names its provider before anybody is anyone",
        ["ProviderDirectory.FindByEmailAsync"] = "the same, by the domain of an address",
        ["SessionService.BeatAsync"] = "the session's id comes out of the ticket that the portal sealed",
        ["SessionService.FindAdminAsync"] = "the same",
        ["SessionService.FarewellAsync"] = "the same",
        ["SessionService.OpenAsync"] = "begins with a verified sign-in",
        ["StripeInbox.StoreAsync"] = "a message that Stripe signed; tried at its address",
        ["DemoSeed.RunAsync"] = "runs at the start, where the settings ask for it",
    };

    /// <summary>Takes what only the portal's own code has to give.</summary>
    public static readonly IReadOnlyDictionary<string, string> Inner = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BackChannelLogout.EndAsync"] = "takes a provider's settings and its signed token; tried at its addresses",
        ["FeedbackService.TakeAsync"] = "takes what a key opens; tried at its address",
        ["PlatformWork.ActAsync"] = "takes code, and asks for the admin first; tried through what calls it",
        ["ServingService.AnswerAsync"] = "takes what was found by a key, or for the playground; tried through both",
        ["ServingService.CountAsync"] = "the same",
        ["ServingService.ListAsync"] = "takes a key's holder, whom the key alone makes; tried at the gateway's addresses",
        ["ServingService.RecordRefusalAsync"] = "the same",
        ["ServingService.StreamAsync"] = "the same",
        ["ProviderSignIn.HandlerAsync"] = "takes a request; tried at its addresses",
        ["UsageWriter.WriteAsync"] = "takes a call as the serving service puts it together, of what was found by a key or for the playground; tried through both",
    };

    /// <summary>Needs what no member has: the platform, which was let in before, or it breaks.</summary>
    public static readonly IReadOnlyDictionary<string, string> Platforms = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SuspensionService.SuspendAsync"] = "called within PlatformWork, which asks for the admin",
        ["SuspensionService.RestoreAsync"] = "the same",
        ["WatchService.SetAsync"] = "the same",
        ["AnnouncementService.ListAsync"] = "the same",
        ["AnnouncementService.PublishAsync"] = "the same",
        ["AnnouncementService.WithdrawAsync"] = "the same",
        ["BreakGlassService.BeginAsync"] = "the same",
        ["BreakGlassService.ListAsync"] = "the same",
    };

    /// <summary>Belongs to one person of the organisation: to the others it is not there.</summary>
    public static readonly IReadOnlyDictionary<string, string> Personal = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["UploadService.GetAsync"] = "an upload is finished by whoever began it",
        ["UploadService.PutPartAsync"] = "the same",
        ["UploadService.FinishAsync"] = "the same",
        ["UploadService.DiscardAsync"] = "the same",
        ["EraseService.ReceiptAsync"] = "a receipt is for those who owned what was erased",
    };

    /// <summary>Keeps what somebody typed as they typed it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Typed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BreakGlassService.LookedAsync"] = "the address that was opened, whether or not anything is there",
    };

    /// <summary>Changes something for whoever looks in.</summary>
    public static readonly IReadOnlyDictionary<string, string> Ends = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BreakGlassService.LeaveAsync"] = "ends the look",
    };

    /// <summary>Goes on after a right ran out, since it reads nothing.</summary>
    public static readonly IReadOnlyDictionary<string, string> Readless = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AnnouncementBoard.CurrentAsync"] = "reads what is the platform's, for everybody",
        ["ImportService.FindAsync"] = "nothing for whoever may not see it",
        ["BreakGlassService.LeaveAsync"] = "whoever does not look in has nothing to leave",
    };

    /// <summary>Addresses that answer whoever asks.</summary>
    public static readonly IReadOnlyDictionary<string, string> Open = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/health/live"] = "says that the process runs, and nothing more",
        ["/health/ready"] = "says that the database answers, and nothing more",
        ["/_blazor"] = "the circuit's own: who is in it is asked at the gate, and pages elsewhere are refused by their origin",
        ["/_blazor/disconnect/"] = "the same",
        ["/_blazor/negotiate"] = "the same",
        ["/_blazor/initializers/"] = "the same",
        ["/_framework/opaque-redirect"] = "the framework's own, and redirects to what it sealed itself",
        ["/antiforgery"] = "a token for whoever asks, worth nothing without their own cookie",
        ["/not-found"] = "says so",
        ["/reference/{documentName?}"] = Described,
        ["/reference/{documentName}.json"] = Described,
        ["/reference/favicon.svg"] = Described,
        ["/reference/scalar.js"] = Described,
        ["/reference/scalar.aspnetcore.js"] = Described,
        ["/{**path:file}"] = NotThere,
        ["/v1/{**path}"] = NotThere,
        ["/v1beta/{**path}"] = NotThere,
        ["/openai/v1/{**path}"] = NotThere,
        ["/sign-in"] = SignsIn,
        ["/sign-in/by-email"] = SignsIn,
        ["/sign-in/problem"] = SignsIn,
        ["/sign-in/start"] = SignsIn,
        ["/sign-in/with/{Id}"] = SignsIn,
        ["/sign-in/with/{id}/back-channel"] = SignsIn,
        ["/sign-in/with/{id}/callback"] = SignsIn,
        ["/sign-in/with/{id}/signed-out"] = SignsIn,
        ["/sign-in/with/{id}/start"] = SignsIn,
        ["/sign-out"] = SignsIn,
        ["/sign-out/back-channel"] = SignsIn,
        ["/stripe/webhook"] = "hears what Stripe signed, and nobody else",
    };

    /// <summary>By what nobody else's comes out where many keep things under names.</summary>
    public static readonly IReadOnlyDictionary<string, string> Keys = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AnnouncementBoard → SemaphoreSlim"] = "one for all: what is announced is the platform's, and the same for everybody",
        ["ArchiveImportWorker → BlobStore"] = Files,
        ["ArchiveImporter → BlobStore"] = Files,
        ["ArchiveWriter → BlobStore"] = Files,
        ["BlobStore → Directory"] = Files,
        ["BlobStore → DirectoryInfo"] = Files,
        ["BlobStore → File"] = Files,
        ["BlobStore → FileInfo"] = Files,
        ["BlobStore → FileStream"] = Files,
        ["BulkInsert → ConditionalWeakTable"] = "the columns of a table by the model's own entity type; nothing of a row",
        ["CallBases → ConcurrentDictionary"] = "by the organization in scope and its project; what is seen by somebody who sees a part is not kept",
        ["CallLimits → ConcurrentDictionary"] = "shares by the ids of keys and of organizations, which are random and differ in their prefix",
        ["CallLimits → Lock"] = "one share's own",
        ["CallLimits → SemaphoreSlim"] = "one share's own places",
        ["CircuitOwners → ConcurrentDictionary"] = "by the name of a connection, which is random, to the session that began it",
        ["ConnectService → VertexStorageClient"] = "works in the one bucket of a session, which is its organization's own",
        ["ConnectionCheck → VertexStorageClient"] = "writes and deletes a probe under a random name in the organization's own bucket",
        ["DatasetService → BlobStore"] = Files,
        ["EraseWorker → BlobStore"] = Files,
        ["ExportService → BlobStore"] = Files,
        ["ExportWorker → BlobStore"] = Files,
        ["FileSearch → BlobStore"] = Files,
        ["FindingReport → BlobStore"] = Files,
        ["HoldDesk → ConcurrentDictionary"] = "what is held ahead, by the organization, its project and its key",
        ["ImportBlobs → BlobStore"] = Files,
        ["ImportService → BlobStore"] = Files,
        ["ImportWorker → BlobStore"] = Files,
        ["KeyCache → ConcurrentDictionary"] = "by the hash of a secret that its holder alone has, and by the random id of a key",
        ["KeyPace → PartitionedRateLimiter"] = "a bucket a key, by its random id",
        ["KeyPace → RateLimitPartition"] = "the same",
        ["KnownPairs → Lock"] = "one for all, around sets of hashes by the random id of a version, which are handed out once the filter has found what was counted of it",
        ["Lanes → ConcurrentDictionary"] = "one organization's own lane, whose work enters its scope and no other",
        ["Lanes → ConcurrentQueue"] = "the lane's own",
        ["LeftStreams → Lock"] = "one for all, around a count and the streams that are drained, none of which is found by a name",
        ["MailGateway → Directory"] = "the same",
        ["MailGateway → File"] = "development's outbox: a file a mail, by the mail's own random id",
        ["MailService → DataProtectionCommonExtensions"] = Sealed,
        ["MailService → IDataProtectionProvider"] = Sealed,
        ["MediaCleaner → BlobStore"] = Files,
        ["MediaKeeper → BlobStore"] = Files,
        ["MediaService → BlobStore"] = Files,
        ["PartialFiles → BlobStore"] = "sweeps what was half-written, of all tenants, by its age alone, and reads none of it",
        ["PartialFiles → DirectoryInfo"] = "the same",
        ["PersistenceFeature → Directory"] = "the database's own folder",
        ["PersonRows → BlobStore"] = Files,
        ["PersonSearch → DataProtectionCommonExtensions"] = "sealed for an organization, which is in the purpose",
        ["ProviderSecrets → DataProtectionCommonExtensions"] = Sealed,
        ["ProviderSecrets → IDataProtectionProvider"] = Sealed,
        ["ProviderSignIn → ConcurrentDictionary"] = "a provider's settings by its random id and its generation, which no two organizations share",
        ["Redaction → DataProtectionCommonExtensions"] = "the same, by the redactor's own protector",
        ["Redactor → DataProtectionCommonExtensions"] = "sealed for a tenant and a project, both in the purpose",
        ["QuestionFiles → VertexStorageClient"] = "in the organization's own bucket, or in the platform's under the random id of the run",
        ["SaveWatcher → ConditionalWeakTable"] = "by the context that saves, while it does",
        ["ServedCache → ConcurrentDictionary"] = "by the organization in scope, and the key or the project asked for",
        ["VertexSessions → ConcurrentDictionary"] = "by the organization in scope and its location",
        ["WriteTurns → SemaphoreSlim"] = "turns, which hold nothing",
        ["ReaderCommand → File"] = "in a process of its own: the one file it was started for, and those unpacked from it, by the paths it is told",
        ["ReaderLimits → FileInfo"] = "the length of the file that is to be read",
        ["ReaderProcess → Lock"] = "one process's own",
        ["ReaderProgram → File"] = "the portal's own program",
        ["RefusalPace → PartitionedRateLimiter"] = "a window an organization, by its id",
        ["RefusalPace → RateLimitPartition"] = "the same",
        ["RowAsker → ConcurrentBag"] = "lives as long as one call of one run",
        ["RowChecks → ConcurrentBag"] = "lives as long as one import's file is read",
        ["RowChecks → Lock"] = "lives as long as one import's file is read",
        ["RowPipeline → SemaphoreSlim"] = "lives as long as one import's file is read",
        ["SessionService → DataProtectionCommonExtensions"] = Sealed,
        ["SessionService → IDataProtectionProvider"] = Sealed,
        ["ShadowQueue → ConcurrentDictionary"] = "counts by the organization and the id of its run",
        ["SourceApart → FileStream"] = "a file that the store of files has opened for its owner",
        ["SourceFile → File"] = "the same file under a random name, whose name is taken away",
        ["SourceReader → FileStream"] = "the same, of the owner who asks",
        ["SourceReader → SemaphoreSlim"] = "places for all, of which none is found by a name",
        ["SourceFile → FileStream"] = "a file under a random name of its own, gone with the reading of it",
        ["StuckJobs → IStorageConnection"] = "asks Hangfire of jobs by their own ids; whose they are is their first argument",
        ["TenantJobs → IStorageConnection"] = "the same, for one tenant's alone",
        ["TrainingFile → Directory"] = "a file under a random name of its own, gone with the step that wrote it",
        ["TrainingFile → File"] = "the same",
        ["TrainingFile → FileStream"] = "the same",
        ["TuningGateway → VertexStorageClient"] = VendorNames,
        ["TuningMedia → VertexStorageClient"] = VendorNames,
        ["TuningMoves → DataProtectionCommonExtensions"] = Sealed,
        ["TuningMoves → IDataProtectionProvider"] = Sealed,
        ["UploadService → BlobStore"] = Files,
        ["VendorHealth → ConcurrentDictionary"] = "troubles by the organization in scope",
        ["WebhookSecrets → DataProtectionCommonExtensions"] = Sealed,
        ["WebhookSecrets → IDataProtectionProvider"] = Sealed,
        ["VendorHealth → Lock"] = "one organization's own trouble",
        ["UploadedParts → BlobStore"] = Files,
        ["VendorObjects → VertexStorageClient"] = VendorNames,
    };

    /// <summary>What a browser tells that is more than numbers.</summary>
    public static readonly IReadOnlyDictionary<string, string> Called = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ImportPanel.OnUploadDone"] = "the words of a refusal, shown to the one who was refused",
        ["UploadPanel.OnUploadDone"] = "what the server answered to this browser; the import it names is asked for as any other is",
    };

    /// <summary>Asks the database more often where there is something: what is asked with is a secret, and its holder knows.</summary>
    public static readonly IReadOnlyDictionary<string, string> Slower = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AdmissionService.AcceptAsync"] = "whoever holds an invitation's token knows that there is an invitation",
        ["AdmissionService.FindAsync"] = "the same",
        ["/invitations/{Token}"] = "the same",
    };

    /// <summary>Pages that have nothing for the owner of a customer.</summary>
    public static readonly IReadOnlyDictionary<string, string> Shut = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/not-found"] = "says so",
        ["/o/{Org}/clients"] = "a consultancy's",
        ["/sign-in"] = "drawn outside any circuit, before anybody is anyone; tried as an address",
        ["/sign-in/problem"] = "the same",
        ["/sign-in/with/{Id}"] = "the same",
    };

    private const string Files = "in the tenant's own folder, whatever the name: the store puts it there";
    private const string Sealed = "sealed for the portal, and opened out of the row it stands in alone, which the filter keeps";
    private const string VendorNames = "in the organization's own bucket, or in the platform's under the random id of the job";
    private const string NotThere = "says that nothing is there";
    private const string Described = "what can be called, the same for everybody and of nobody";
    private const string SignsIn = "before anybody is anyone; a provider is named by a random id";
    private const string Figures = "everybody inside may see projects and their figures";
    private const string Oneself = "about the person who asks, and nobody else";
    private const string Empty = "empty for whoever may not see them";

    /// <summary>Refuses nobody who is inside, whatever the role.</summary>
    public static readonly IReadOnlyDictionary<string, string> EveryMembers = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AdmissionService.AcceptAsync"] = "the invitation is the right, and its reader need not be inside at all",
        ["AdmissionService.FindAsync"] = "the same",
        ["AlertService.PreviewAsync"] = Figures,
        ["AlertService.ReadAsync"] = Figures,
        ["AnnouncementBoard.CurrentAsync"] = "what the platform announces is for everybody",
        ["AnnouncementService.DismissAsync"] = Oneself,
        ["AnnouncementService.DismissedAsync"] = Oneself,
        ["ApiKeyService.OfProjectAsync"] = "the names of keys are figures of a project; no secret is kept",
        ["AuditService.DeniedAsync"] = "writes down that somebody lacked a right",
        ["AuditService.LookDeniedAsync"] = "the same",
        ["BillingService.ChargedForAsync"] = "what one job was charged stands beside what it was quoted, for all who see the job",
        ["BreakGlassService.EndAsync"] = "called within PlatformWork, or by whoever looks in; that a look ends harms nobody",
        ["BreakGlassService.IsFreshAsync"] = Oneself,
        ["BreakGlassService.LeaveAsync"] = Oneself,
        ["BreakGlassService.LookedAsync"] = "writes down that somebody looked in",
        ["BreakGlassService.NoticesAsync"] = Empty,
        ["CandidateRunService.ListAsync"] = Figures,
        ["CatalogueService.ListAsync"] = "the models on offer are the same for everybody",
        ["ChoiceService.FindAsync"] = Figures,
        ["ClientBoard.BeginAsync"] = "takes the engagements that were listed, which asks for the right",
        ["ClientBoard.ReadAsync"] = "takes the engagements that were listed, which asks for the right",
        ["DatasetService.FindAsync"] = Figures,
        ["DatasetService.OverviewAsync"] = Figures,
        ["CanaryService.ReadAsync"] = Figures,
        ["DeploymentService.ChoicesAsync"] = Figures,
        ["DeploymentService.ReadAsync"] = Figures,
        ["EraseService.FindAsync"] = "every member may know that an erasure is coming",
        ["EraseService.IsFreshAsync"] = Oneself,
        ["EraseService.ReceiptAsync"] = Oneself,
        ["EraseService.ReceiptsAsync"] = Oneself,
        ["EvaluationService.FindLatestAsync"] = Figures,
        ["EvaluationService.GetAsync"] = Figures,
        ["EvaluationService.ListAsync"] = Figures,
        ["EvaluationService.QuoteAsync"] = Figures,
        ["EvaluationService.ReadSetupAsync"] = Figures,
        ["ExampleService.CountLooksAsync"] = Figures,
        ["ExampleService.GetVersionAsync"] = Figures,
        ["ExampleService.LatestVersionAsync"] = Figures,
        ["ExportService.ListAsync"] = Empty,
        ["FindingService.FindAsync"] = Figures,
        ["FindingService.HistoryAsync"] = Figures,
        ["FindingService.ListAsync"] = Figures,
        ["ImportService.FindAsync"] = Empty,
        ["ImportService.LogsAsync"] = Empty,
        ["ImportService.ObstaclesAsync"] = Empty,
        ["ImportService.UsageAsync"] = Empty,
        ["InvitationService.ListAsync"] = Empty,
        ["LineageService.ReadAsync"] = Figures,
        ["LineageService.RowAsync"] = "where a row stands is a figure; its text is left out for whoever may not read rows",
        ["MemberService.LeaveAsync"] = Oneself,
        ["MemberService.ListAsync"] = "whoever may not see the members sees themselves",
        ["MonitorService.ReadAsync"] = Figures,
        ["Onboarding.ReadAsync"] = Figures,
        ["PlaybookService.ListAsync"] = "a playbook holds the organization's own words and no row",
        ["ProjectBoard.ReadAsync"] = Figures,
        ["ProjectService.GetAsync"] = Figures,
        ["ProjectService.ListAsync"] = Figures,
        ["ProjectService.StartOfAsync"] = Figures,
        ["RetirementRadar.ReadAsync"] = Figures,
        ["RetuneNotices.ReadAsync"] = Figures,
        ["RetuneScheduleService.FindAsync"] = Figures,
        ["RetuneService.ReadAsync"] = Figures,
        ["ShadowService.ReadAsync"] = Figures,
        ["SessionService.EndAsync"] = Oneself,
        ["SessionService.EndOthersAsync"] = Oneself,
        ["SessionService.ListAsync"] = Oneself,
        ["TenancyService.ClosedAsync"] = Oneself,
        ["TextKeepingService.ReadAsync"] = "every member may know what is kept of the calls",
        ["TrafficService.ReadAsync"] = Figures,
        ["TuningService.CheckpointsAsync"] = Figures,
        ["TuningService.CurvesAsync"] = Figures,
        ["TuningService.FindLatestAsync"] = Figures,
        ["TuningService.HistoryAsync"] = Figures,
        ["TuningService.LastSettingsAsync"] = Figures,
        ["TuningService.PlanAsync"] = Figures,
        ["TuningService.QuoteAsync"] = Figures,
        ["TuningService.StartedWithAsync"] = Figures,
        ["UploadService.GetAsync"] = Oneself,
        ["UploadService.ListAsync"] = Oneself,
        ["VersionService.FindAsync"] = Figures,
        ["VersionComparison.ReadAsync"] = "how many rows changed is a figure; the rows are left out for whoever may not read them",
    };

    /// <summary>Names above that no surface has any more.</summary>
    public static IEnumerable<string> Stale(IEnumerable<UseCase> useCases)
    {
        var known = useCases.Select(u => u.ShortName).ToHashSet();
        return new[] { Doors, Inner, Platforms, Personal, Typed, Ends, Readless, EveryMembers, Slower }.SelectMany(r => r.Keys.Where(k => k[0] is not '/')).Where(name => !known.Contains(name));
    }
}
