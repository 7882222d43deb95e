namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>A data set that cannot be trained on; the message is what the failed job will say.</summary>
internal sealed class DatasetFaultException(string message) : Exception(message);
