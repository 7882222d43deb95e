using System.Runtime.CompilerServices;

namespace Portal.Features.Data;

/// <summary>While a page is worked on, the next is read. Two are held at a time.</summary>
internal static class PagesAhead
{
    public static async IAsyncEnumerable<T> Of<T>(IAsyncEnumerable<T> pages, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var read = pages.GetAsyncEnumerator(ct);
        var next = Task.Run(async () => await read.MoveNextAsync(), ct);
        try
        {
            while (await next)
            {
                var page = read.Current;
                next = Task.Run(async () => await read.MoveNextAsync(), ct);
                yield return page;
            }
        }
        finally
        {
            // Who goes before the end leaves nothing that is still being read.
            await Task.WhenAny(next);
        }
    }
}
