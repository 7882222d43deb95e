namespace Portal;

/// <summary>An expected failure. The message is written for the customer: what happened, why, and the next action.</summary>
public class PortalException : Exception
{
    public PortalException(string message) : base(message) { }

    public PortalException(string message, Exception? inner) : base(message, inner) { }

    public PortalException() : this("Something went wrong. Try again.") { }

    /// <summary>Words of an outside system, shown verbatim under "Details".</summary>
    public string? Details { get; init; }
}
