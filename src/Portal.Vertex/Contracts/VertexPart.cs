using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>
/// One of <see cref="Text"/>, <see cref="InlineData"/>, <see cref="FileData"/>, <see cref="FunctionCall"/>, <see cref="FunctionResponse"/>,
/// <see cref="ExecutableCode"/> and <see cref="CodeExecutionResult"/>, plus marks. Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.Part.
/// </summary>
public sealed record VertexPart
{
    /// <summary>Null when the part is something else; an empty text is written.</summary>
    public string? Text { get; init; }

    public VertexBlob? InlineData { get; init; }

    public VertexFileData? FileData { get; init; }

    public VertexFunctionCall? FunctionCall { get; init; }

    public VertexFunctionResponse? FunctionResponse { get; init; }

    public JsonElement? ExecutableCode { get; init; }

    public JsonElement? CodeExecutionResult { get; init; }

    /// <summary>The text is thinking, not answer.</summary>
    public bool Thought { get; init; }

    /// <summary>Base64, opaque: echo it with the part in the next turn.</summary>
    public string ThoughtSignature { get; init; } = "";

    public VertexVideoMetadata? VideoMetadata { get; init; }

    /// <summary><c>{"level":"MEDIA_RESOLUTION_..."}</c>.</summary>
    public VertexPartMediaResolution? MediaResolution { get; init; }
}
