namespace Portal.Sandbox.Learner;

internal sealed record ContextLabel(string Name, string Description);
