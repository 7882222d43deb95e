using System.Collections.ObjectModel;
using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Body of <c>:generateContent</c> and <c>:streamGenerateContent</c>. Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.GenerateContentRequest.</summary>
public sealed record VertexGenerateContentRequest
{
    public IReadOnlyList<VertexContent> Contents { get; init; } = [];

    public VertexContent? SystemInstruction { get; init; }

    public IReadOnlyList<VertexTool> Tools { get; init; } = [];

    public VertexToolConfig? ToolConfig { get; init; }

    public IReadOnlyList<VertexSafetySetting> SafetySettings { get; init; } = [];

    public VertexGenerationConfig? GenerationConfig { get; init; }

    /// <summary>Resource name of a context cache.</summary>
    public string CachedContent { get; init; } = "";

    /// <summary>At most 64, of <c>a-z 0-9 _ -</c>; they reach the billing export.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public JsonElement? ModelArmorConfig { get; init; }

    /// <summary>As it is sent: for whoever needs to know how long that is as well.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, VertexJson.Options);
}
