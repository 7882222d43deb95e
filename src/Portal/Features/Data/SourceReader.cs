using System.ComponentModel;
using Microsoft.Extensions.Options;

namespace Portal.Features.Data;

/// <summary>
/// Opens uploaded files where they are to be read: what is packed, a workbook and what lies beside a table in a process of its own, plain text here. The
/// processes end with whoever asked for them, and with the portal.
/// </summary>
public sealed class SourceReader(ReaderProgram program, IOptions<DataOptions> options, ILogger<SourceReader> logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places = new(options.Value.MaxReaders);

    private DataOptions Options => options.Value;

    /// <summary>For somebody who looks: not more of them at a time than there are places.</summary>
    internal UploadedSource Open(Stream file, SourceLayout? layout, CancellationToken ct)
    {
        if (!IsApart(file, layout))
        {
            return new SourceHere(file, Options);
        }

        var stay = new Stay(ct, _stopping.Token);
        if (stay.Take(_places, Options.ReaderPatience))
        {
            return OpenApart(file, stay);
        }

        stay.Dispose();
        throw new PortalException("Too many files are being looked at on this server. Try again in a minute.");
    }

    /// <summary>For work in the background.</summary>
    internal UploadedSource OpenForWork(Stream file, SourceLayout layout, CancellationToken ct) =>
        IsApart(file, layout) ? OpenApart(file, new Stay(ct, _stopping.Token)) : new SourceHere(file, Options);

    /// <summary>For the files that rows name, which any upload may hold.</summary>
    internal UploadedSource OpenForMedia(Stream file, CancellationToken ct) =>
        Options.ReadIn is not ReaderPlace.Portal && file is FileStream ? OpenApart(file, new Stay(ct, _stopping.Token)) : new SourceHere(file, Options);

    /// <summary>How long it takes to have a process that answers.</summary>
    /// <exception cref="Win32Exception">None can be started.</exception>
    internal TimeSpan Try(string path, CancellationToken ct)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        using var process = ReaderProcess.Start(program, path, Options, logger, ct);
        return System.Diagnostics.Stopwatch.GetElapsedTime(began);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _places.Dispose();
    }

    /// <summary>What it begins with, or what somebody says it is: a sheet may be asked for in any file.</summary>
    private bool IsApart(Stream file, SourceLayout? layout)
    {
        if (Options.ReadIn is ReaderPlace.Portal || file is not FileStream)
        {
            return false;
        }

        if (layout is { Format: SourceFormat.Xlsx } or { Container: not SourceContainer.None })
        {
            return true;
        }

        Span<byte> head = stackalloc byte[2];
        file.Position = 0;
        head = head[..file.ReadAtLeast(head, 2, throwOnEndOfStream: false)];
        file.Position = 0;
        return head is [(byte)'P', (byte)'K'] or [0x1F, 0x8B];
    }

    private UploadedSource OpenApart(Stream file, Stay stay)
    {
        var stored = (FileStream)file; // asked before
        try
        {
            return new SourceApart(ReaderProcess.Start(program, stored.Name, Options, logger, stay.Token), stored, Options, stay);
        }
        catch (Win32Exception unable)
        {
            stay.Dispose();
            logger.LogError(unable, "No reading process can be started from {Program}", program.FileName);
            return Options.ReadIn is ReaderPlace.OwnProcessIfPossible ? new SourceHere(file, Options)
                : throw new PortalException("Workbooks, archives and media cannot be read on this server at the moment. Upload the table as CSV (UTF-8) or JSONL, or tell whoever runs this portal.", unable);
        }
        catch
        {
            stay.Dispose();
            throw;
        }
    }

    /// <summary>How long a process may stay, and the place it takes.</summary>
    private sealed class Stay(CancellationToken asker, CancellationToken portal) : IDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(asker, portal);
        private SemaphoreSlim? _places;

        public CancellationToken Token => _end.Token;

        public bool Take(SemaphoreSlim places, TimeSpan patience)
        {
            var isTaken = places.Wait(patience, Token);
            _places = isTaken ? places : null;
            return isTaken;
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref _places, null)?.Release();
            _end.Dispose();
        }
    }
}
