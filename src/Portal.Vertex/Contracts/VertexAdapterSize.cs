namespace Portal.Vertex.Contracts;

/// <summary>Widths of the adapter. Source: vertex-ai.md 2.3; google.cloud.aiplatform.v1.SupervisedHyperParameters.AdapterSize.</summary>
public static class VertexAdapterSize
{
    public const string One = "ADAPTER_SIZE_ONE";
    public const string Two = "ADAPTER_SIZE_TWO";
    public const string Four = "ADAPTER_SIZE_FOUR";
    public const string Eight = "ADAPTER_SIZE_EIGHT";
    public const string Sixteen = "ADAPTER_SIZE_SIXTEEN";

    /// <summary>In the enum, but no Gemini model lists it.</summary>
    public const string ThirtyTwo = "ADAPTER_SIZE_THIRTY_TWO";

    /// <summary>The constant for 1, 2, 4, 8, 16 or 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Any other width.</exception>
    public static string FromWidth(int width) => width switch
    {
        1 => One,
        2 => Two,
        4 => Four,
        8 => Eight,
        16 => Sixteen,
        32 => ThirtyTwo,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "An adapter is 1, 2, 4, 8, 16 or 32 wide."),
    };

    /// <summary>The width, or null for an empty, unspecified or unknown name.</summary>
    public static int? ToWidth(string adapterSize) => adapterSize switch
    {
        One => 1,
        Two => 2,
        Four => 4,
        Eight => 8,
        Sixteen => 16,
        ThirtyTwo => 32,
        _ => null,
    };
}
