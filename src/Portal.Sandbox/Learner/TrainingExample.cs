namespace Portal.Sandbox.Learner;

/// <summary>One row of a tuning file: the text of its last user turn and the model turn it should produce.</summary>
public sealed record TrainingExample(string Input, string Output);
