namespace Portal.Features.Data;

/// <summary>Another worker has taken the work up; this one must write nothing more.</summary>
internal sealed class LeaseLostException() : Exception("The lease was lost.")
{
    public static void ThrowUnless(bool held)
    {
        if (!held)
        {
            throw new LeaseLostException();
        }
    }
}
