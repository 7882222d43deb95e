namespace Portal.Components;

public enum ChartStroke
{
    Solid,
    Dashed,
}

public readonly record struct ChartPoint(double X, double Y);

/// <summary>One line of a chart. The stroke tells lines apart where colour does not.</summary>
/// <param name="Color">1 to 4, the theme's colour-blind safe series.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, int Color, ChartStroke Stroke = ChartStroke.Solid);

public sealed record ChartMark(double X, string Label);

/// <summary>Shaded from here to the right edge.</summary>
public sealed record ChartRegion(double From, string Label);

/// <summary>Shaded between two places, and darker where it is strong.</summary>
public sealed record ChartSpan(double From, double To, string Label, bool IsStrong);

/// <summary>The area between two lines of the same places.</summary>
/// <param name="Color">That of the line it belongs to.</param>
public sealed record ChartBand(IReadOnlyList<ChartPoint> Low, IReadOnlyList<ChartPoint> High, int Color);
