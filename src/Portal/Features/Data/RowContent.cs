using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Features.Data;

public enum RowPartKind
{
    Text,
    Call,
    Response,

    /// <summary>A file, or what else stays as it is.</summary>
    Other,
}

/// <summary>A piece of a turn: a text, or a function's name with its arguments or answer as JSON.</summary>
public sealed record RowPart(int Part, RowPartKind Kind, string Name, string Text);

public sealed record RowTurn(int Turn, bool IsModel, IReadOnlyList<RowPart> Parts);

/// <summary>What one piece of a turn is to say.</summary>
public sealed record PartDraft(int Turn, int Part, string Text);

/// <summary>
/// A row of several turns, opened for editing. Only the words of its pieces change: turns, functions and files stay what and where they are,
/// whatever else the row's JSON holds.
/// </summary>
internal static class RowContent
{
    public static IReadOnlyList<RowTurn> Turns(string? content) => content is null ? []
        : [.. TurnsOf(Parse(content)).Select((turn, t) => new RowTurn(t, (string?)turn?["role"] is "model", [.. PartsOf(turn).Select((part, p) => Read(p, part))]))];

    /// <summary>The row with other words, and how it reads as input and output.</summary>
    public static (string Input, string Output, string Content) With(string content, IReadOnlyList<PartDraft> drafts)
    {
        var root = Parse(content);
        foreach (var draft in drafts)
        {
            var turn = TurnsOf(root).ElementAtOrDefault(draft.Turn);
            if (PartsOf(turn).ElementAtOrDefault(draft.Part) is not JsonObject part)
            {
                throw new PortalException("The turns of this row are not the ones that were edited. Load the row again.");
            }

            Write(part, draft);
        }

        var changed = root.ToJsonString(s_options);
        using var document = JsonDocument.Parse(changed);
        var read = Conversation.Read(document.RootElement, document.RootElement.GetProperty("contents"));
        return read.Problem is { } problem ? throw new PortalException($"The row could not be used any more: {problem}.") : (read.Input, read.Output, changed);
    }

    private static readonly JsonSerializerOptions s_options = new() { Encoder = JsonText.Options.Encoder };

    private static JsonObject Parse(string content) => JsonNode.Parse(content) as JsonObject ?? throw new InvalidOperationException("A row's content is a JSON object.");

    private static JsonArray TurnsOf(JsonObject root) => root["contents"] as JsonArray ?? [];

    private static JsonArray PartsOf(JsonNode? turn) => turn?["parts"] as JsonArray ?? [];

    private static RowPart Read(int place, JsonNode? part) => part switch
    {
        JsonObject said when said["text"] is JsonValue text => new RowPart(place, RowPartKind.Text, "", (string?)text ?? ""),
        JsonObject called when called["functionCall"] is JsonObject call => new RowPart(place, RowPartKind.Call, (string?)call["name"] ?? "", call["args"]?.ToJsonString(s_options) ?? "{}"),
        JsonObject answered when answered["functionResponse"] is JsonObject answer => new RowPart(place, RowPartKind.Response, (string?)answer["name"] ?? "", answer["response"]?.ToJsonString(s_options) ?? "{}"),
        JsonObject file when file["fileData"] is JsonObject data => new RowPart(place, RowPartKind.Other, (string?)data["mimeType"] ?? "file", (string?)data["fileUri"] ?? ""),
        _ => new RowPart(place, RowPartKind.Other, "", ""),
    };

    private static void Write(JsonObject part, PartDraft draft)
    {
        if (part.ContainsKey("text"))
        {
            part["text"] = draft.Text;
        }
        else if (part["functionCall"] is JsonObject call)
        {
            call["args"] = Json(draft, call);
        }
        else if (part["functionResponse"] is JsonObject answer)
        {
            answer["response"] = Json(draft, answer);
        }
        else
        {
            throw new PortalException("A file in a row cannot be edited here. Upload the row again with another file.");
        }
    }

    private static JsonObject Json(PartDraft draft, JsonObject function)
    {
        try
        {
            return JsonNode.Parse(draft.Text) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new PortalException($"What stands for the function \"{(string?)function["name"]}\" in turn {draft.Turn + 1} is no JSON object. Write it as {{\"name\": \"value\"}}.");
        }
    }
}
