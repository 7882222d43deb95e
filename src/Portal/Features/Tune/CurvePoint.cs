namespace Portal.Features.Tune;

/// <summary>A measured value at an optimiser step.</summary>
public readonly record struct CurvePoint(long Step, double Value);
