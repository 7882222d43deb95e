using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>
/// One run of supervised tuning. Its state lives here and moves by named methods alone; a worker makes one move at a time,
/// so a killed process leaves a job that the next worker takes up where it stands.
/// </summary>
public sealed partial class TuningJob : TenantOwned, IVersioned
{
    public const int DetailsLength = 4_000;

    /// <summary>Label that makes the job findable at Google, whose create call has no idempotency key.</summary>
    public const string LabelKey = "portal-job";

    /// <summary>Says whose the job is; Google copies it to the model and to its endpoints.</summary>
    public const string TenantLabelKey = "portal-tenant";

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(60);

    public required string ProjectId { get; init; }

    public required string VersionId { get; init; }

    public required int VersionNumber { get; init; }

    public required int TrainRows { get; init; }

    public required int ValidationRows { get; init; }

    public required string BaseModelId { get; init; }

    public required string BaseModelName { get; init; }

    /// <summary>Where Google trains it.</summary>
    public required string Location { get; init; }

    /// <summary>Goes before every input, in the training lines and later in each request.</summary>
    public required string Instruction { get; init; }

    public required int? EpochCount { get; init; }

    public required double? LearningRateMultiplier { get; init; }

    public required int AdapterSize { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required string StartedByName { get; init; }

    public string StartedByUserId { get; init; } = "";

    public TuningJobState State { get; private set; } = TuningJobState.Draft;

    public DateTime StateSince { get; private set; }

    /// <summary>The project while the job is open, the job itself once it has ended: a unique index over it keeps a second job out.</summary>
    public string Slot { get; private set; } = "";

    public long QuotedTokens { get; private set; }

    public int QuotedEpochs { get; private set; }

    public bool IsEstimate { get; private set; }

    public long LikelyMicros { get; private set; }

    /// <summary>What is reserved.</summary>
    public long WorstMicros { get; private set; }

    /// <summary>As it stood at the quote; a later price does not reach a job that has begun.</summary>
    public long PricePerMillion { get; private set; }

    public string UploadSession { get; private set; } = "";

    public string TrainUri { get; private set; } = "";

    public string ValidationUri { get; private set; } = "";

    /// <summary>When the order was last sent, or was about to be: from then on Google may have a job that we do not know.</summary>
    public DateTime? OrderedAt { get; private set; }

    public string VendorName { get; private set; } = "";

    public string VendorState { get; private set; } = "";

    public string Experiment { get; private set; } = "";

    public string Endpoint { get; private set; } = "";

    public long TokensPerPass { get; private set; }

    public int Epochs { get; private set; }

    public long Steps { get; private set; }

    public long StepsDone { get; private set; }

    public DateTime? TrainingStartedAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    /// <summary>When the rows that were sent had been deleted from the bucket again.</summary>
    public DateTime? FilesDeletedAt { get; private set; }

    /// <summary>While the job is open: what keeps it from moving. Once it has ended: why it failed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Google's words, verbatim.</summary>
    public string ProblemDetails { get; private set; } = "";

    /// <summary>Attempts of the present move that failed.</summary>
    public int Attempts { get; private set; }

    public DateTime NextStepAt { get; private set; }

    /// <summary>Whoever holds it makes the next move; a concurrency token, so that one who has lost it cannot save.</summary>
    public string LeaseToken { get; private set; } = "";

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    public bool IsEnded => TuningTransitions.IsEnded(State);

    /// <summary>Google may have a job of ours.</summary>
    public bool IsOrdered => OrderedAt is not null;

    /// <summary>The id is already of the letters, digits and underscores that Google allows.</summary>
    public string Label => Id;

    public string TrainObject => $"{Folder}train.jsonl";

    public string ValidationObject => $"{Folder}validation.jsonl";

    public bool NeedsUpload => NeedsMedia || TrainUri is "" || (ValidationUri is "" && ValidationRows > 0);

    public void Price(TuningQuote quote, DateTime now)
    {
        Move(TuningJobState.Quoted, now);
        (QuotedTokens, QuotedEpochs, IsEstimate) = (quote.Forecast.LikelyTokens, quote.LikelyEpochs, quote.Forecast.IsEstimate);
        (LikelyMicros, WorstMicros, PricePerMillion) = (quote.Price.LikelyMicros, quote.Price.WorstMicros, quote.PricePerMillion);
    }

    public void Start(DateTime now)
    {
        Move(TuningJobState.Uploading, now);
        Slot = ProjectId;
        NextStepAt = now;
    }

    /// <summary>The sealed address of an upload under way.</summary>
    public void KeepUpload(string session) => UploadSession = session;

    public void Uploaded(string uri)
    {
        RequireState(TuningJobState.Uploading);
        (TrainUri, ValidationUri) = TrainUri is "" ? (uri, "") : (TrainUri, uri);
        UploadSession = "";
        Settle();
    }

    /// <summary>Said and saved before the order goes out, so that nobody ever forgets that it may have.</summary>
    public void Ordering(DateTime now)
    {
        RequireState(TuningJobState.Uploading);
        OrderedAt = now;
    }

    /// <summary>Google certainly refused the order or never got it: the next attempt need not look for it.</summary>
    public void NotOrdered()
    {
        RequireState(TuningJobState.Uploading);
        OrderedAt = null;
    }

    /// <summary>Takes what Google says of the job. The state moves with it, forward only.</summary>
    public void Take(VendorJob report, DateTime now)
    {
        (VendorName, VendorState) = (report.Name, report.State);
        Experiment = report.Experiment is "" ? Experiment : report.Experiment;
        (TokensPerPass, Epochs, Steps) = (Math.Max(TokensPerPass, report.TokensPerPass), Math.Max(Epochs, report.Epochs), Math.Max(Steps, report.Steps));
        TrainingStartedAt ??= report.TrainingStartedAt;
        if (State is TuningJobState.Uploading)
        {
            Move(TuningJobState.Submitted, now);
        }

        if (State is TuningJobState.Submitted && report.Phase is VendorPhase.Running)
        {
            Move(TuningJobState.Running, now);
        }

        if (State is TuningJobState.Submitted or TuningJobState.Running && report.Phase is VendorPhase.Cancelling)
        {
            Move(TuningJobState.Cancelling, now);
        }

        Settle();
    }

    public void Measured(long step) => StepsDone = Math.Max(StepsDone, step);

    /// <summary>True when it is over at once, because nothing had been asked of Google yet.</summary>
    public bool Cancel(DateTime now)
    {
        if (IsEnded || State is TuningJobState.Cancelling)
        {
            return IsEnded;
        }

        Move(IsOrdered ? TuningJobState.Cancelling : TuningJobState.Cancelled, now);
        Settle();
        NextStepAt = now;
        return IsEnded;
    }

    public void Succeed(VendorJob report, DateTime now)
    {
        Take(report, now);
        Endpoint = report.Endpoint;
        StepsDone = Math.Max(StepsDone, Steps);
        Move(TuningJobState.Succeeded, now);
    }

    public void Cancelled(DateTime now)
    {
        Settle();
        Move(TuningJobState.Cancelled, now);
    }

    public void Fail(string problem, string details, DateTime now)
    {
        Move(TuningJobState.Failed, now);
        Trouble(problem, details);
    }

    /// <summary>The move did not succeed this time. The job keeps its state; the pause doubles from 2 s to a minute.</summary>
    public void Stumble(string problem, string details, TimeSpan? asked, DateTime now)
    {
        Attempts++;
        Trouble(problem, details);
        var pause = TimeSpan.FromSeconds(Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, Math.Min(Attempts, 10))));
        var longer = asked is { } wish && wish > pause ? wish : pause;
        NextStepAt = now + (longer < s_longestPause ? longer : s_longestPause);
    }

    /// <summary>Not a failure: there is something to wait for.</summary>
    public void Await(string what, TimeSpan pause, DateTime now)
    {
        Trouble(what, "");
        NextStepAt = now + pause;
    }

    /// <summary>The move is made; the next comes after a pause.</summary>
    public void Next(TimeSpan pause, DateTime now) => NextStepAt = now + pause;

    public void FilesDeleted(DateTime now) => FilesDeletedAt = now;

    /// <summary>They could not be deleted now: tried again less and less often, once an hour at last.</summary>
    public void DeleteFilesLater(DateTime now) => NextStepAt = now + TimeSpan.FromSeconds(Math.Min(3_600, Math.Pow(2, Math.Min(++Attempts, 12))));

    public void Release()
    {
        LeaseToken = "";
        LeaseUntil = null;
    }

    private void Settle()
    {
        Attempts = 0;
        (Problem, ProblemDetails) = ("", "");
    }

    private void Trouble(string problem, string details) =>
        (Problem, ProblemDetails) = (problem, details.Length > DetailsLength ? details[..DetailsLength] : details);

    private void RequireState(TuningJobState state)
    {
        if (State != state)
        {
            throw new InvalidOperationException($"A tuning job that is {State} cannot do what only one that is {state} can.");
        }
    }

    private void Move(TuningJobState to, DateTime now)
    {
        if (!TuningTransitions.IsLegal(State, to))
        {
            throw new InvalidOperationException($"A tuning job cannot go from {State} to {to}.");
        }

        (State, StateSince) = (to, now);
        if (IsEnded)
        {
            (EndedAt, Slot) = (now, Id);
        }
    }
}
