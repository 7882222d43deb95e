// Every way of using a type that the reader must see, each in a type of its own.
namespace Portal.Tests.Architecture.Samples;

public class UsedException : Exception
{
    public static int Number => 1;
}

public sealed class UsesInAField
{
    public UsedException? Field { get; init; }
}

public sealed class UsesAsBase : UsedException;

public sealed class UsesInAMethod
{
    public static int Sum() => UsedException.Number + 1;
}

public sealed class UsesAsTypeArgument
{
    public static object Make() => new List<KeyValuePair<int, UsedException>>();
}

public sealed class UsesInAnArray
{
    public static object Make() => new UsedException[3][];
}

[AttributeUsage(AttributeTargets.Class)]
public sealed class MarkAttribute(Type type) : Attribute
{
    public Type Type => type;
}

[Mark(typeof(UsedException))]
public sealed class UsesInAMark;

public sealed class UsesInAnAsyncLambda
{
    public static Func<int, Task<int>> Make(int captured) => async n =>
    {
        await Task.Yield();
        return captured + n + UsedException.Number;
    };
}

public sealed class UsesInAnIterator
{
    public static IEnumerable<int> Count()
    {
        yield return UsedException.Number;
    }
}

public sealed class UsesInACatch
{
    public static int Try(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (UsedException)
        {
            return 0;
        }
    }
}

public sealed class UsesNothing
{
    public static int Number => 2;
}
