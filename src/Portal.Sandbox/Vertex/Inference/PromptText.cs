using System.Text.Json;
using Portal.Sandbox.Learner;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>Contents as the small models here read them, and as they count.</summary>
internal static class PromptText
{
    // What Gemini counts for an image; other media have no better number without looking into them.
    private const int MediaTokens = 258;

    public static string Of(VertexContent content) => string.Join('\n', content.Parts.Select(Of).Where(text => text.Length > 0));

    public static (int Text, int Media) Count(IEnumerable<VertexContent> contents, IReadOnlyList<VertexTool> tools)
    {
        var (text, media) = (0, 0);
        foreach (var part in contents.SelectMany(content => content.Parts))
        {
            if (part.InlineData is not null || part.FileData is not null)
            {
                media += MediaTokens;
            }
            else
            {
                text += Tokenizer.Count(Of(part));
            }
        }

        return (text + (tools.Count > 0 ? Tokenizer.Count(JsonSerializer.Serialize(tools, VertexJson.Options)) : 0), media);
    }

    public static IReadOnlyList<VertexModalityTokenCount> Details(int text, int media)
    {
        VertexModalityTokenCount[] counts = [new() { Modality = "TEXT", TokenCount = text }, new() { Modality = "IMAGE", TokenCount = media }];
        return [.. counts.Where(count => count.TokenCount > 0)];
    }

    private static string Of(VertexPart part) =>
        part.Text ?? part.FileData?.FileUri
        ?? (part.InlineData is { } inline ? MediaFeatures.Of(inline.MimeType, Convert.FromBase64String(inline.Data)) : null)
        ?? (part.FunctionCall is { } call ? JsonSerializer.Serialize(call, VertexJson.Options) : null)
        ?? (part.FunctionResponse is { } response ? JsonSerializer.Serialize(response, VertexJson.Options) : "");
}
