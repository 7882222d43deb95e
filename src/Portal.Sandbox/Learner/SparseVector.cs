namespace Portal.Sandbox.Learner;

internal sealed record SparseVector(int[] Rows, float[] Values)
{
    public static readonly SparseVector Empty = new([], []);
}
