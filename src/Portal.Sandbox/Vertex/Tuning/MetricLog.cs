using System.Buffers.Binary;
using Portal.Sandbox.Learner;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>
/// What a tuning measured, appended as it goes. Records have one size, so a torn tail is seen; a run that continues from an
/// earlier step cuts what came after it and measures it again, so no step is missing and none is there twice.
/// </summary>
internal sealed class MetricLog(string path)
{
    private const int Size = 33;

    public void Append(MetricPoint point)
    {
        Span<byte> record = stackalloc byte[Size];
        record[0] = point.IsEvaluation ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(record[1..], point.Metrics.Step);
        BinaryPrimitives.WriteDoubleLittleEndian(record[5..], point.Metrics.Loss);
        BinaryPrimitives.WriteDoubleLittleEndian(record[13..], point.Metrics.Accuracy);
        BinaryPrimitives.WriteInt32LittleEndian(record[21..], point.Metrics.Predictions);
        BinaryPrimitives.WriteInt64LittleEndian(record[25..], point.MeasuredAt.Ticks);
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(record);
    }

    /// <summary>Leaves what was measured up to this step.</summary>
    public void CutAfter(int step)
    {
        var kept = Read().TakeWhile(point => point.Metrics.Step <= step).Count();
        using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        stream.SetLength(kept * (long)Size);
    }

    public IReadOnlyList<MetricPoint> Read()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var points = new List<MetricPoint>();
        Span<byte> record = stackalloc byte[Size];
        while (stream.ReadAtLeast(record, Size, throwOnEndOfStream: false) == Size)
        {
            points.Add(new(
                record[0] == 1,
                new StepMetrics(
                    BinaryPrimitives.ReadInt32LittleEndian(record[1..]),
                    BinaryPrimitives.ReadDoubleLittleEndian(record[5..]),
                    BinaryPrimitives.ReadDoubleLittleEndian(record[13..]),
                    BinaryPrimitives.ReadInt32LittleEndian(record[21..])),
                new DateTime(BinaryPrimitives.ReadInt64LittleEndian(record[25..]), DateTimeKind.Utc)));
        }

        return points;
    }
}

internal sealed record MetricPoint(bool IsEvaluation, StepMetrics Metrics, DateTime MeasuredAt);
