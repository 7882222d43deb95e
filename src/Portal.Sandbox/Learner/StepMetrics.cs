namespace Portal.Sandbox.Learner;

/// <summary>
/// What was measured after <paramref name="Step"/> steps. A prediction is one row's response;
/// with no predictions there was nothing to measure, and loss and accuracy are zero.
/// </summary>
public sealed record StepMetrics(int Step, double Loss, double Accuracy, int Predictions);
