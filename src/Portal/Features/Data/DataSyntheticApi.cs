using Portal.Features.Define;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>Rows that models write, for programs: what is refused on the page is refused here, in the same words.</summary>
internal static class DataSyntheticApi
{
    private const string Synthetic = "Synthetic rows";

    public static void MapDataSynthetic(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/projects/{projectId}/augmentations");
        runs.MapGet("/choices", ChooseAsync).ReadsRows().Says<ChoicesAnswer>(Synthetic, "List what can be asked for",
            "Labels and slices with their training rows, and the models with their prices; of the newest version, or of ?version=.");
        runs.MapPost("/quote", QuoteAsync).Spends().Takes<AugmentBody>().Says<AugmentQuoteAnswer>(Synthetic, "Quote synthetic rows", "What they would cost, probably and at most. Nothing is started, and nothing is held.");
        runs.MapGet("", ListAsync).ReadsRows().Says<ListAnswer<AugmentationAnswer>>(Synthetic, "List runs", "The last 25, the newest first.");
        runs.MapPost("", StartAsync).Spends().Takes<AugmentBody>().Says<AugmentationAnswer>(Synthetic, "Have rows written",
            "It costs, so it needs an Idempotency-Key and says the most that it may cost. The key needs to read and write data and to have models write rows; the monthly budgets of key, project and organization hold. "
            + "With ?wait=60 the answer comes when it has ended, after 60 seconds at most: 201 if it has, 202 if it goes on.", 201, 202);
        var run = runs.MapGroup("/{augmentationId}");
        run.MapGet("", GetAsync).ReadsRows().Says<AugmentationAnswer>(Synthetic, "Read a run", "How far it is, what became of the rows asked for by the reason, and what it has cost. With ?wait=60 once it has ended, after 60 seconds at most.");
        run.MapPost("/stop", StopAsync).Spends().Says<AugmentationAnswer>(Synthetic, "Stop a run", "After the call that is under way. Rows that are written stay, and so does their price; what else is held is given back.");
        run.MapPost("/decision", DecideManyAsync).Writes().Takes<DraftsDecisionBody>().Says<DraftsAnswer>(Synthetic, "Decide about many drafts",
            "Those named, or all that wait. Accepted ones become rows, each looked at once more; one that has become too like another row is left waiting.");
        run.MapGet("/drafts", DraftsAsync).ReadsRows().Says<PageAnswer<DraftAnswer>>(Synthetic, "List drafts", "25 a page, from ?page=1; ?state= is open, accepted or rejected. They wait for a yes or no.");
        run.MapPut("/drafts/{syntheticDraftId}", EditAsync).Writes().Takes<DraftBody>().Says<DraftAnswer>(Synthetic, "Put other words to a draft", "While it waits. It stays synthetic, whoever changes its words.");
        run.MapPost("/drafts/{syntheticDraftId}/decision", DecideAsync).Writes().Takes<DraftDecisionBody>().Says<DraftAnswer>(Synthetic, "Decide about a draft", "An accepted draft becomes a row, and stays one. A no can be taken back.");
    }

    private static async Task<IResult> ChooseAsync(string projectId, string? version, AugmentService augments, CancellationToken ct)
    {
        var choices = await augments.ChoicesAsync(projectId, version, ct);
        return version is null || choices.Version?.Id == version ? Results.Json(ChoicesAnswer.Of(choices)) : throw new NotFoundException("version");
    }

    private static Task<IResult> QuoteAsync(string projectId, HttpContext http, ProjectService projects, AugmentService augments, PostedOnce once) => once.AnswerAsync<AugmentBody>(http, async body =>
    {
        await projects.GetAsync(projectId, http.RequestAborted);
        return new KeyAnswer(StatusCodes.Status200OK, AugmentQuoteAnswer.Of(await augments.QuoteAsync(projectId, body.ToOrder(), http.RequestAborted)));
    });

    private static Task<IResult> StartAsync(string projectId, string? wait, HttpContext http, ProjectService projects, AugmentService augments, PostedOnce once) => once.AnswerAsync<AugmentBody>(http, async body =>
    {
        var ct = http.RequestAborted;
        DataWords.Wait(wait);
        await projects.GetAsync(projectId, ct);
        RequireMark(http);
        var order = body.ToOrder();
        var started = await BeginAsync(projectId, order.AgreedWorstMicros is null ? throw DataWords.Wrong("mostMicros", "is missing: the most that it may cost, as a quote says it") : order, augments, ct);
        var run = await DataFilesApi.WaitAsync(http, wait, () => augments.GetAsync(projectId, started.Id, ct), r => r.Run.IsActive);
        return new KeyAnswer(run.Run.IsActive ? StatusCodes.Status202Accepted : StatusCodes.Status201Created, AugmentationAnswer.Of(run), $"{KeyApi.Root}/projects/{projectId}/augmentations/{started.Id}");
    });

    private static async Task<Augmentation> BeginAsync(string projectId, AugmentOrder order, AugmentService augments, CancellationToken ct)
    {
        try
        {
            return await augments.StartAsync(projectId, order, ct);
        }
        catch (DearerException dearer)
        {
            throw new CallRefusedException(StatusCodes.Status422UnprocessableEntity, "dearer", dearer.Message, dearer) { More = new Dictionary<string, object?> { ["mostMicros"] = dearer.WorstMicros } };
        }
    }

    private static async Task<IResult> ListAsync(string projectId, AugmentService augments, CancellationToken ct) =>
        Results.Json(new ListAnswer<AugmentationAnswer>([.. (await augments.ListAsync(projectId, ct)).Select(AugmentationAnswer.Of)]));

    private static async Task<IResult> GetAsync(string projectId, string augmentationId, string? wait, HttpContext http, AugmentService augments, CancellationToken ct) =>
        Results.Json(AugmentationAnswer.Of(await DataFilesApi.WaitAsync(http, wait, () => augments.GetAsync(projectId, augmentationId, ct), r => r.Run.IsActive)));

    private static Task<IResult> StopAsync(string projectId, string augmentationId, HttpContext http, AugmentService augments, PostedOnce once) => once.AnswerAsync(http, augmentationId, async () =>
    {
        await augments.CancelAsync(projectId, augmentationId, http.RequestAborted);
        return new KeyAnswer(StatusCodes.Status200OK, AugmentationAnswer.Of(await augments.GetAsync(projectId, augmentationId, http.RequestAborted)));
    });

    private static async Task<IResult> DraftsAsync(string projectId, string augmentationId, string? state, string? page, SyntheticDraftService drafts, CancellationToken ct)
    {
        var number = DataWords.Page(page);
        var found = await drafts.ListAsync(projectId, augmentationId, DataWords.ParseOrNull<DraftState>("state", state), number, ct);
        return Results.Json(new PageAnswer<DraftAnswer>([.. found.Drafts.Select(DraftAnswer.Of)], number + 1, found.Total));
    }

    private static Task<IResult> EditAsync(string projectId, string augmentationId, string syntheticDraftId, HttpContext http, SyntheticDraftService drafts, PostedOnce once) => once.AnswerAsync<DraftBody>(http, async body =>
    {
        var ct = http.RequestAborted;
        var draft = await drafts.GetAsync(projectId, augmentationId, syntheticDraftId, ct);
        await drafts.EditAsync(projectId, augmentationId, syntheticDraftId, body.Input ?? draft.Input, body.Output ?? draft.Output, ct);
        return await AnswerAsync(projectId, augmentationId, syntheticDraftId, drafts, ct);
    });

    private static Task<IResult> DecideAsync(string projectId, string augmentationId, string syntheticDraftId, HttpContext http, SyntheticDraftService drafts, PostedOnce once) => once.AnswerAsync<DraftDecisionBody>(http, async body =>
    {
        var ct = http.RequestAborted;
        await drafts.GetAsync(projectId, augmentationId, syntheticDraftId, ct);
        await (DataWords.ParseOrNull<DraftDecision>("decision", body.Decision) switch
        {
            DraftDecision.Accept => AcceptAsync(projectId, augmentationId, syntheticDraftId, drafts, ct),
            DraftDecision.Reject => drafts.RejectAsync(projectId, augmentationId, syntheticDraftId, ct),
            _ => drafts.ReopenAsync(projectId, augmentationId, syntheticDraftId, ct),
        });
        return await AnswerAsync(projectId, augmentationId, syntheticDraftId, drafts, ct);
    });

    private static async Task AcceptAsync(string projectId, string augmentationId, string draftId, SyntheticDraftService drafts, CancellationToken ct)
    {
        try
        {
            await drafts.AcceptAsync(projectId, augmentationId, draftId, ct);
        }
        catch (TooAlikeException alike)
        {
            throw new CallRefusedException(StatusCodes.Status422UnprocessableEntity, "tooAlike", alike.Message, alike);
        }
    }

    private static Task<IResult> DecideManyAsync(string projectId, string augmentationId, HttpContext http, AugmentService augments, SyntheticDraftService drafts, PostedOnce once) => once.AnswerAsync<DraftsDecisionBody>(http, async body =>
    {
        var ct = http.RequestAborted;
        await augments.GetAsync(projectId, augmentationId, ct);
        if ((DataWords.ParseOrNull<DraftDecision>("decision", body.Decision) ?? throw DataWords.Wrong("decision", "is accept or reject")) is DraftDecision.Reject)
        {
            return new KeyAnswer(StatusCodes.Status200OK, new DraftsAnswer(0, await drafts.RejectManyAsync(projectId, augmentationId, body.Drafts, ct), 0));
        }

        var (accepted, left) = await drafts.AcceptManyAsync(projectId, augmentationId, body.Drafts, ct);
        return new KeyAnswer(StatusCodes.Status200OK, new DraftsAnswer(accepted, 0, left));
    });

    private static async Task<KeyAnswer> AnswerAsync(string projectId, string augmentationId, string draftId, SyntheticDraftService drafts, CancellationToken ct) =>
        new(StatusCodes.Status200OK, DraftAnswer.Of(await drafts.GetAsync(projectId, augmentationId, draftId, ct)));

    /// <summary>A call that broke off and is sent again must find the run that it began, and not begin another.</summary>
    private static void RequireMark(HttpContext http)
    {
        if (http.Request.Headers[PostedOnce.Header].Count is 0)
        {
            throw new CallRefusedException(StatusCodes.Status400BadRequest, "idempotencyKeyMissing",
                $"This call costs, so it needs an {PostedOnce.Header}: a value of your own, such as a UUID, with which it can be sent again without being done twice.");
        }
    }
}
