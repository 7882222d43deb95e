namespace Portal.Vertex.Contracts;

/// <summary>
/// States of a job. Strings rather than an enum, because the service adds names: what is not listed here is not terminal.
/// Source: vertex-ai.md 2.6; google.cloud.aiplatform.v1.JobState.
/// </summary>
public static class VertexJobState
{
    public const string Queued = "JOB_STATE_QUEUED";
    public const string Pending = "JOB_STATE_PENDING";
    public const string Running = "JOB_STATE_RUNNING";
    public const string Succeeded = "JOB_STATE_SUCCEEDED";
    public const string Failed = "JOB_STATE_FAILED";
    public const string Cancelling = "JOB_STATE_CANCELLING";
    public const string Cancelled = "JOB_STATE_CANCELLED";
    public const string Paused = "JOB_STATE_PAUSED";
    public const string Expired = "JOB_STATE_EXPIRED";
    public const string Updating = "JOB_STATE_UPDATING";
    public const string PartiallySucceeded = "JOB_STATE_PARTIALLY_SUCCEEDED";

    public static bool IsTerminal(string state) =>
        state is Succeeded or Failed or Cancelled or Expired or PartiallySucceeded;
}
