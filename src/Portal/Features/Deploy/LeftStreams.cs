using Microsoft.Extensions.Options;

namespace Portal.Features.Deploy;

/// <summary>
/// Answers whose caller went away in the middle. The vendor bills them to the end all the same, so they are read on, a bounded number
/// of them and for a bounded time; beyond that a call is put on record with what had come until then.
/// </summary>
public sealed class LeftStreams(UsageWriter writer, IOptions<DeployOptions> options) : IHostedService
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];

    /// <param name="stream">Is the caller's no longer.</param>
    /// <param name="record">Makes the record of what the stream has told by then.</param>
    internal void Take(VendorStream stream, Func<VendorStream, CallRecord> record)
    {
        lock (_lock)
        {
            var isRead = _running.Count < options.Value.MostLeftStreams;
            var reading = Task.Run(() => ReadAsync(stream, record, isRead));
            _running.Add(reading);
            reading.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        void Forget(Task done)
        {
            lock (_lock)
            {
                _running.Remove(done);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A portal that is told to stop puts them on record first.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.WhenAll(_running).WaitAsync(cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ReadAsync(VendorStream stream, Func<VendorStream, CallRecord> record, bool isRead)
    {
        await using (stream)
        {
            stream.EndWithin(options.Value.LeftStreamLimit);
            while (isRead && await stream.NextAsync() is not null)
            {
                // Nobody reads on, but the vendor's last word says what it costs.
            }

            await writer.WriteAsync(record(stream));
        }
    }
}
