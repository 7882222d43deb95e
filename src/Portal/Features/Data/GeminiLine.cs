using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Features.Data;

/// <summary>A row as Gemini is taught it: what a tuning sends, and what a download hands out.</summary>
internal static class GeminiLine
{
    /// <summary>A row that is more than a text and its answer stands as it is; its own system instruction follows the task's, as a caller's does.</summary>
    public static VertexGenerateContentRequest Of(string instruction, VersionExample row)
    {
        var line = row.Content is null
            ? new VertexGenerateContentRequest { Contents = [VertexContent.User(row.Input), VertexContent.Model(row.Output)] }
            : JsonSerializer.Deserialize<VertexGenerateContentRequest>(row.Content, VertexJson.Options) ?? throw new InvalidOperationException($"Row {row.Number} holds no content.");
        List<VertexPart> system = [.. new[] { instruction, row.System }.Where(t => t is not "").Select(t => new VertexPart { Text = t })];
        return line with { SystemInstruction = system.Count is 0 ? null : new VertexContent { Parts = system } };
    }

    /// <summary>Without the task's instruction, which is no part of a version and may change after it.</summary>
    public static string Of(VersionExample row) => JsonSerializer.Serialize(Of("", row), VertexJson.Options);
}
