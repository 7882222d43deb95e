using System.Runtime.CompilerServices;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class PagesAheadTests
{
    private readonly List<int> _read = [];
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_Pages_AreAllThereInTheirOrder()
    {
        _goOn.SetResult();
        List<int> seen = [];
        await foreach (var page in PagesAhead.Of(PagesAsync(5, Ct), Ct))
        {
            seen.Add(page);
        }

        Assert.Equal([1, 2, 3, 4, 5], seen);
        Assert.True(_isClosed);
    }

    [Fact]
    public async Task Of_WhoeverLeavesEarly_WaitsForThePageThatIsBeingRead()
    {
        var left = Task.Run(
            async () =>
            {
                await foreach (var page in PagesAhead.Of(PagesAsync(5, Ct), Ct))
                {
                    throw new PortalException($"Page {page} cannot be saved.");
                }
            },
            Ct);

        // Page 2 is being read, and whoever has left page 1 waits for it.
        await _asked.Task.WaitAsync(Ct);
        Assert.False(left.IsCompleted);
        _goOn.SetResult();

        Assert.Equal("Page 1 cannot be saved.", (await Assert.ThrowsAsync<PortalException>(() => left)).Message);
        Assert.Equal([1, 2], _read);
        Assert.True(_isClosed);
    }

    [Fact]
    public async Task Of_APageThatCannotBeRead_IsToldWhenItsTurnComes()
    {
        _goOn.SetResult();
        List<int> seen = [];
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var page in PagesAhead.Of(PagesAsync(3, Ct, fault: new IOException("gone")), Ct))
            {
                seen.Add(page);
            }
        });

        Assert.Equal([1, 2, 3], seen);
    }

    private async IAsyncEnumerable<int> PagesAsync(int pages, [EnumeratorCancellation] CancellationToken ct, Exception? fault = null)
    {
        try
        {
            for (var page = 1; page <= pages; page++)
            {
                if (page > 1)
                {
                    _asked.TrySetResult();
                    await _goOn.Task.WaitAsync(ct);
                }

                _read.Add(page);
                yield return page;
            }

            if (fault is not null)
            {
                throw fault;
            }
        }
        finally
        {
            _isClosed = true;
        }
    }
}
