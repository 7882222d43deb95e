using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Features.Deploy;
using Portal.Vertex.Contracts;

namespace Portal.Features.Monitor;

internal sealed record FeedbackBody
{
    public string? Thumb { get; init; }

    public double? Score { get; init; }

    public string? Comment { get; init; }

    public string? CorrectedAnswer { get; init; }
}

/// <summary>
/// Takes what callers think of answers, by the id that the answer came with in either dialect. Pages elsewhere are not answered: a key
/// that stood in one would be everybody's who opens it, so the page's own server passes on what its readers say.
/// </summary>
public static class FeedbackApi
{
    private const string OpenAiPrefix = "chatcmpl-";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    public static void MapFeedback(this IEndpointRouteBuilder app)
    {
        Map("/v1", GoogleJson.RefuseAsync);
        Map("/openai/v1", OpenAiApi.RefuseAsync);

        void Map(string dialect, GatewayRefusal refuse) => app.MapGroup(dialect)
            .AllowAnonymous().DisableAntiforgery().AddEndpointFilter((context, next) => GatewayEdge.FilterAsync(context, next, refuse))
            .MapPost("/responses/{responseId}/feedback", (string responseId, HttpContext http, GatewayCall call, FeedbackService feedback) => PostAsync(responseId, http, call, feedback));
    }

    private static async Task<IResult> PostAsync(string responseId, HttpContext http, GatewayCall call, FeedbackService feedback)
    {
        await call.EnterAsync(http);
        var body = GatewayBody.Parse<FeedbackBody>(await GatewayBody.ReadAsync(http.Request, call.MaxBodyBytes, http.RequestAborted), s_json);
        var draft = new FeedbackDraft(ThumbOf(body.Thumb), body.Score, (body.Comment ?? "").Trim(), (body.CorrectedAnswer ?? "").Trim());
        try
        {
            var id = responseId.StartsWith(OpenAiPrefix, StringComparison.Ordinal) ? responseId[OpenAiPrefix.Length..] : responseId;
            var taken = await feedback.TakeAsync(id, draft, call.Opens, http.RequestAborted);
            return Results.Json(Shown(taken, draft), s_json, statusCode: taken.IsFirst ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        }
        catch (NotFoundException)
        {
            throw new GatewayException(404, VertexErrorStatus.NotFound, "There is no answer with this id, or this API key may not rate it.");
        }
        catch (PortalException refused)
        {
            throw GatewayException.Invalid("", refused.Message);
        }
    }

    private static object Shown(FeedbackTaken taken, FeedbackDraft draft) => new
    {
        taken.Feedback.ResponseId,
        Thumb = taken.Feedback.Thumb is Thumb.None ? null : taken.Feedback.Thumb.ToString().ToLowerInvariant(),
        taken.Feedback.Score,
        taken.Feedback.Comment,
        CorrectedAnswer = taken.Feedback.Correction,
        ReceivedAt = taken.Feedback.At,
        Note = draft.HasText && !taken.IsTextKept ? "The organization does not keep texts, so the comment and the corrected answer were not kept." : null,
    };

    private static Thumb ThumbOf(string? word) => word switch
    {
        null or "" => Thumb.None,
        "up" => Thumb.Up,
        "down" => Thumb.Down,
        _ => throw GatewayException.Invalid("thumb", "thumb must be up or down."),
    };
}
