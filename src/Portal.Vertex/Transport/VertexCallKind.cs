namespace Portal.Vertex.Transport;

/// <summary>What repeating a call would do: it decides on retries, patience and buffering.</summary>
internal enum VertexCallKind
{
    /// <summary>Reads, and calls that can be repeated without any effect.</summary>
    Safe,

    /// <summary>Like <see cref="Safe"/>, its body read by the caller as it comes.</summary>
    Download,

    /// <summary>Can be repeated, at a price.</summary>
    Inference,

    /// <summary>Like <see cref="Inference"/>, its body read by the caller as it comes.</summary>
    Stream,

    /// <summary>Has an effect that a repetition would not double: repeated only when the service says it did nothing.</summary>
    Change,

    /// <summary>A repetition could make a second one, and cost a second time: never repeated here.</summary>
    Create,
}
