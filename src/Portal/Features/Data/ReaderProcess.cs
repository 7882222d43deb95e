using System.ComponentModel;
using System.Diagnostics;

namespace Portal.Features.Data;

/// <summary>
/// A process that reads one file, as the portal sees it. It answers in time and within its memory, in frames of a bounded length, or it is ended and the
/// file refused. Nothing it says is believed. One thread asks.
/// </summary>
internal sealed class ReaderProcess : IDisposable
{
    private const int LongestRefusal = 2_000;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_mourning = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ReaderLimits _limits;
    private readonly ILogger _logger;
    private readonly CancellationToken _ct;
    private readonly CancellationTokenRegistration _cancelling;
    private readonly ManualResetEventSlim _isDone = new();
    private readonly Lock _ending = new();
    private long _received;
    private long _waitsUntil = long.MaxValue;
    private string? _end;
    private bool _isOver;
    private int _asked;
    private int _turn;

    private ReaderProcess(Process process, ReaderLimits limits, ILogger logger, CancellationToken ct)
    {
        (_process, _limits, _logger, _ct) = (process, limits, logger, ct);
        // What a dying runtime says may quote the file: it is taken off the pipe and kept nowhere.
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        // A thread of its own: who waits for a file that hangs may hold all of the pool's.
        new Thread(Watch) { IsBackground = true, Name = "Reading process" }.Start();
        _cancelling = ct.Register(() => End("cancelled"));
    }

    public int Id => _process.Id;

    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static ReaderProcess Start(ReaderProgram program, string path, DataOptions options, ILogger logger, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var limits = ReaderLimits.Of(path, options);
        var process = Process.Start(program.StartInfo(limits.HeapBytes)) ?? throw new Win32Exception("Nothing was started.");
        var reader = new ReaderProcess(process, limits, logger, ct);
        try
        {
            reader.Ask(ReaderAsk.Open, f => limits.Add(f.Add(path)));
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Asks and waits for the answer. Whatever was being pulled is over.</summary>
    public FrameReader Ask(ReaderAsk ask, Func<FrameWriter, FrameWriter>? add = null)
    {
        _turn++;
        while (_asked > 0)
        {
            Receive();
        }

        Send(ask, add);
        return Taken(Receive());
    }

    /// <summary>Begins what is then pulled piece by piece. Returns what names it.</summary>
    public (int Turn, FrameReader Answer) Begin(ReaderAsk ask, Func<FrameWriter, FrameWriter>? add = null)
    {
        var answer = Ask(ask, add);
        return (_turn, answer);
    }

    /// <summary>The next piece of what was begun; the one after it is asked for already, so that both processes work.</summary>
    public FrameReader Pull(int turn, ReaderAsk ask, Func<FrameWriter, FrameWriter> add)
    {
        if (turn != _turn)
        {
            throw new InvalidOperationException("Something else of this file was opened since.");
        }

        while (_asked < 2)
        {
            Send(ask, add);
        }

        return Taken(Receive());
    }

    /// <summary>What cannot be understood is no answer.</summary>
    public Exception Garbled(InvalidDataException why)
    {
        End($"its answer is none: {why.Message}");
        return Refusal();
    }

    public void Dispose()
    {
        End(null);
        _cancelling.Dispose();
        _isDone.Set();
        _process.Dispose();
    }

    private void Send(ReaderAsk ask, Func<FrameWriter, FrameWriter>? add)
    {
        var content = new FrameWriter();
        add?.Invoke(content);
        try
        {
            ReaderFrame.Send(_process.StandardInput.BaseStream, (byte)ask, content.Written);
            _asked++;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            End($"it stopped: {gone.Message}", isGone: true);
            throw Refusal();
        }
    }

    private (byte Kind, byte[] Content) Receive()
    {
        _asked--;
        Volatile.Write(ref _waitsUntil, Environment.TickCount64 + (long)_limits.Patience.TotalMilliseconds);
        try
        {
            var frame = ReaderFrame.Receive(_process.StandardOutput.BaseStream) ?? throw new EndOfStreamException("Its pipe has ended.");
            _received += frame.Content.Length;
            return _received <= _limits.AnswerBytes ? frame : throw new InvalidDataException("It says more than a file can hold.");
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            End($"it stopped: {gone.Message}", isGone: true);
            throw Refusal();
        }
        catch (InvalidDataException why)
        {
            throw Garbled(why);
        }
        finally
        {
            Volatile.Write(ref _waitsUntil, long.MaxValue);
        }
    }

    private FrameReader Taken((byte Kind, byte[] Content) frame)
    {
        switch ((ReaderAnswer)frame.Kind)
        {
            case ReaderAnswer.Done:
                return new FrameReader(frame.Content);
            case ReaderAnswer.Refused when frame.Content.Length <= LongestRefusal * 3:
                throw new PortalException(Plain(frame.Content));
            case ReaderAnswer.OutOfMemory:
                End(ReaderLimits.Memory);
                throw Refusal();
            default:
                End($"it failed: {Plain(frame.Content[..Math.Min(frame.Content.Length, 200)])}");
                throw Refusal();
        }
    }

    private static string Plain(byte[] text) => new([.. System.Text.Encoding.UTF8.GetString(text).Select(c => char.IsControl(c) ? ' ' : c).Take(LongestRefusal)]);

    private void Watch()
    {
        while (!_isDone.Wait(s_look))
        {
            Look();
        }
    }

    /// <summary>Waits no longer than it may, and holds no more than it may: whoever waits for it then finds its pipe closed.</summary>
    private void Look()
    {
        try
        {
            if (Environment.TickCount64 > Volatile.Read(ref _waitsUntil))
            {
                End(ReaderLimits.Time);
            }
            else if (!_isOver)
            {
                _process.Refresh();
                if (_process.WorkingSet64 > _limits.ResidentBytes)
                {
                    End(ReaderLimits.Memory);
                }
            }
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It is gone already; whoever reads from it finds out.
        }
    }

    /// <param name="why">Null where nothing more is wanted of it.</param>
    /// <param name="isGone">It went by itself, and its exit code says why: that is there an instant later.</param>
    private void End(string? why, bool isGone = false)
    {
        lock (_ending)
        {
            if (_isOver)
            {
                return;
            }

            (_isOver, _end) = (true, why);
            var code = isGone && _process.WaitForExit(s_mourning) ? _process.ExitCode : (int?)null;
            _end = ReaderLimits.IsOfCpu(code) ? ReaderLimits.Cpu : why;
            if (code is null)
            {
                Kill(isWholeTree: why is not null);
            }

            if (why is not null && !_ct.IsCancellationRequested)
            {
                _logger.LogWarning("Reading process {ProcessId} was ended and its file refused: {Why}, exit code {ExitCode}", _process.Id, _end, code);
            }
        }
    }

    private void Kill(bool isWholeTree)
    {
        try
        {
            _process.Kill(isWholeTree);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It was quicker.
        }
    }

    private Exception Refusal() => _ct.IsCancellationRequested ? new OperationCanceledException(_ct) : new PortalException(_limits.RefusalOf(_end));
}
