namespace Portal.Vertex.Contracts;

/// <summary>Why a candidate ended; the service adds names. Source: vertex-ai.md 5.3; google.cloud.aiplatform.v1.Candidate.FinishReason.</summary>
public static class VertexFinishReason
{
    public const string Stop = "STOP";
    public const string MaxTokens = "MAX_TOKENS";
    public const string Safety = "SAFETY";
    public const string Recitation = "RECITATION";
    public const string Other = "OTHER";
    public const string Blocklist = "BLOCKLIST";
    public const string ProhibitedContent = "PROHIBITED_CONTENT";
    public const string Spii = "SPII";
    public const string MalformedFunctionCall = "MALFORMED_FUNCTION_CALL";
    public const string ModelArmor = "MODEL_ARMOR";
}
