using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Portal.Sandbox.Learner;

/// <summary>Numbers on disk: whole while training, so that it resumes bit for bit; halved in an adapter, which must be small.</summary>
internal static class Floats
{
    public static void Write(BinaryWriter writer, ReadOnlySpan<float> values) => writer.Write(MemoryMarshal.AsBytes(values));

    public static void Read(BinaryReader reader, Span<float> values) => reader.ReadExactly(MemoryMarshal.AsBytes(values));

    /// <summary>The values as they will read back from a file, so that an adapter answers alike before and after.</summary>
    public static float[] Rounded(ReadOnlySpan<float> values)
    {
        var rounded = new float[values.Length];
        TensorPrimitives.Clamp(values, (float)Half.MinValue, (float)Half.MaxValue, rounded);
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(rounded, halves);
        TensorPrimitives.ConvertToSingle(halves, rounded);
        return rounded;
    }

    public static void WriteHalves(BinaryWriter writer, float[] values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        writer.Write(halves.Length);
        writer.Write(MemoryMarshal.AsBytes<Half>(halves));
    }

    public static float[] ReadHalves(BinaryReader reader)
    {
        var halves = new Half[reader.ReadInt32()];
        reader.ReadExactly(MemoryMarshal.AsBytes(halves.AsSpan()));
        var values = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, values);
        return values;
    }
}
