namespace Portal.Components;

/// <summary>Fewer points for the same picture: each stretch keeps its lowest and its highest, so no spike is lost.</summary>
public static class ChartThinning
{
    public const int MostPoints = 500;

    public static IReadOnlyList<ChartPoint> Thin(IReadOnlyList<ChartPoint> points)
    {
        if (points.Count <= MostPoints)
        {
            return points;
        }

        // Both ends stay as they are; the stretches between give two points each.
        var stretches = (MostPoints - 2) / 2;
        var kept = new List<ChartPoint>(MostPoints) { points[0] };
        for (var i = 0; i < stretches; i++)
        {
            var from = 1 + (int)((long)i * (points.Count - 2) / stretches);
            var to = 1 + (int)((long)(i + 1) * (points.Count - 2) / stretches);
            var (low, high) = (from, from);
            for (var at = from; at < to; at++)
            {
                low = points[at].Y < points[low].Y ? at : low;
                high = points[at].Y > points[high].Y ? at : high;
            }

            kept.Add(points[Math.Min(low, high)]);
            if (low != high)
            {
                kept.Add(points[Math.Max(low, high)]);
            }
        }

        kept.Add(points[^1]);
        return kept;
    }
}
