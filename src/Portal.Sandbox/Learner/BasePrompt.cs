namespace Portal.Sandbox.Learner;

/// <summary>All a base model may know: the instruction, and the turns (role <c>user</c> or <c>model</c>) with the question last.</summary>
public sealed record BasePrompt(string? SystemInstruction, IReadOnlyList<(string Role, string Text)> Turns);
