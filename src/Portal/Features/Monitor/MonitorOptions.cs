namespace Portal.Features.Monitor;

public sealed class MonitorOptions
{
    /// <summary>Lets webhooks lead to this machine, over plain http: for development. Production refuses to start with it.</summary>
    public bool AllowLoopbackWebhooks { get; set; }
}
