namespace Portal.Features.Billing;

/// <summary>The ledger's words as the bill writes them.</summary>
public static class UsageWords
{
    public static string Of(UsageSource source) => source switch
    {
        UsageSource.Baseline => "Comparing candidates",
        UsageSource.Tuning => "Tuning",
        UsageSource.Evaluation => "Evaluation",
        UsageSource.Endpoint => "Calls to the endpoint",
        UsageSource.Augmentation => "Writing synthetic rows",
        UsageSource.Storage => "Keeping files",
        UsageSource.Shadow => "Shadow runs",
        _ => "Playground and test calls",
    };

    public static string Of(Meter meter) => meter switch
    {
        Meter.TuningTokens => "Training tokens",
        Meter.InputTokens => "Input tokens",
        Meter.StorageMegabyteDays => "Storage, megabyte-days",
        _ => "Output tokens",
    };
}
