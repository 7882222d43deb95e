using System.Numerics.Tensors;

namespace Portal.Sandbox.Learner;

/// <summary>Vectors of length one, compared by direction only.</summary>
internal static class Unit
{
    /// <summary>Scales in place and gives the length it had; a vector of nothing stays nothing.</summary>
    public static float Normalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }

        return length;
    }

    /// <summary>Turns a slope by the unit vector into a slope by the vector it was made from.</summary>
    public static void Backward(ReadOnlySpan<float> unit, float length, Span<float> slope)
    {
        if (length <= 0)
        {
            slope.Clear();
            return;
        }

        TensorPrimitives.MultiplyAdd(unit, -TensorPrimitives.Dot(unit, slope), slope, slope);
        TensorPrimitives.Divide(slope, length, slope);
    }
}
