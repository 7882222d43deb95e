namespace Portal.Features.Data;

/// <summary>Google's limits for supervised tuning that hold for every Gemini model offered (vendor documentation of 2026-09-25).</summary>
internal static class VendorLimits
{
    public const long TrainingFileBytes = 1L << 30;
}
