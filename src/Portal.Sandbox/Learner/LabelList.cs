namespace Portal.Sandbox.Learner;

/// <summary>A list found in a prompt, with the lines it takes up; it is announced if words before it call it a list of labels.</summary>
internal sealed record LabelList(IReadOnlyList<ContextLabel> Labels, bool Announced, int FirstLine, int LastLine);
