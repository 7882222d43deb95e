using Hangfire.AspNetCore;
using Hangfire.Logging;

namespace Portal.Hosting;

/// <summary>
/// Hangfire keeps one log for the whole process, and it outlives the host that gave it. Whoever asks for a logger then must get one
/// that is silent, not a fault in the midst of work that has nothing to do with logging.
/// </summary>
internal sealed class HangfireLog(ILoggerFactory loggers) : ILogProvider, ILog
{
    private readonly AspNetCoreLogProvider _inner = new(loggers);

    public ILog GetLogger(string name)
    {
        try
        {
            return _inner.GetLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return this;
        }
    }

    public bool Log(Hangfire.Logging.LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
}
