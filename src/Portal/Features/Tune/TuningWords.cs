using Portal.Vertex;

namespace Portal.Features.Tune;

/// <summary>What a job says of itself, in plain words.</summary>
public static class TuningWords
{
    public static string Of(TuningJob job) => job.State switch
    {
        TuningJobState.Draft or TuningJobState.Quoted => "Not started",
        TuningJobState.Uploading when job.IsOrdered => "Asking Google whether it began",
        TuningJobState.Uploading when job.TrainUri is "" => "Sending the training rows",
        TuningJobState.Uploading when job.NeedsUpload => "Sending the validation rows",
        TuningJobState.Uploading => "Ordering the training",
        TuningJobState.Submitted => "Waiting for its turn at Google",
        TuningJobState.Running when job.Steps > 0 && job.StepsDone >= job.Steps => "Trained; Google is setting up the endpoints",
        TuningJobState.Running when job.StepsDone > 0 => "Training",
        TuningJobState.Running => "Google is reading the rows",
        TuningJobState.Cancelling => "Cancelling; Google has not confirmed it yet",
        TuningJobState.Succeeded => "Succeeded",
        TuningJobState.Failed => "Failed",
        _ => "Cancelled",
    };

    /// <summary>Why a call did not work, for the customer; Google's own text goes under the details.</summary>
    public static string Of(VertexException fault) => fault.HttpStatus switch
    {
        0 => "Google does not answer.",
        429 => "Google has no room for us just now (429).",
        408 or >= 500 => $"Google does not answer ({fault.HttpStatus}).",
        401 or 403 => $"Google refuses us access ({fault.HttpStatus}). Ask whoever looks after the Google connection to test it.",
        404 => "Google does not find what we asked for (404).",
        _ => $"Google refused the request ({fault.HttpStatus}).",
    };

    /// <summary>Why Google ended the job, by its gRPC number.</summary>
    public static string OfFailure(VendorJob report) => report.ErrorCode switch
    {
        3 or 9 => "Google refused the training data or the settings. Read its reason in the details, correct the data or the settings, and start again. Nothing is charged.",
        7 => "Google's tuning service may not read the rows in your bucket. Ask whoever looks after the Google connection to test it, then start again. Nothing is charged.",
        8 => "The quota for tuning is used up at Google. Start again later, or ask for more quota. Nothing is charged.",
        _ => "Google could not finish the training, through no fault of your data that it names. Start again; nothing is charged.",
    };

    public static string Of(Hyperparameters settings) =>
        $"{(settings.Epochs is { } epochs ? $"{epochs} epochs" : "automatic epochs")}, adapter size {settings.AdapterSize}, "
        + (settings.LearningRateMultiplier is { } multiplier ? $"learning rate × {multiplier:0.##}" : "automatic learning rate");

    public static string OfAdapter(int size) => size switch
    {
        1 => "Learns the least and forgets the least: a change of tone or format, or few rows.",
        2 => "A small change: short labels, or some hundred rows.",
        4 => "Enough for most tasks; a good place to begin.",
        8 => "More to learn: many labels or longer answers, with a thousand rows or more.",
        _ => "The most room: long, varied answers and many thousand rows. With few rows it learns them by heart.",
    };
}
