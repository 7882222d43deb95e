namespace Portal.Vertex.Contracts;

/// <summary>Display names of the curves of a tuning job. Source: vertex-ai.md 3.</summary>
public static class VertexTuningMetric
{
    public const string TrainLoss = "/train_total_loss";

    /// <summary>Share of tokens predicted right, 0 to 1.</summary>
    public const string TrainAccuracy = "/train_fraction_of_correct_next_step_preds";

    /// <summary>Tokens predicted in the step.</summary>
    public const string TrainPredictions = "/train_num_predictions";

    public const string EvalLoss = "/eval_total_loss";
    public const string EvalAccuracy = "/eval_fraction_of_correct_next_step_preds";
    public const string EvalPredictions = "/eval_num_predictions";
    public const string PreferenceTrainLoss = "/preference_optimization_train_loss";
}
