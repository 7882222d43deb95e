using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// The rows of a JSON document: the elements of a list, which may lie some names deep, or whole documents one after the other.
/// Only braces, brackets and quotes are followed, so a list of a gigabyte needs no more room than its longest row.
/// </summary>
internal sealed class JsonItems(Utf8Source source, string path, DataOptions options) : JsonRows
{
    private readonly byte[] _beginning = new byte[RecordReader.RawLength];
    private int _taken;
    private long _line = 1;
    private bool _isInside;
    private bool _isInList;
    private bool _isOver;

    public override bool Next(out ReadOnlySpan<byte> row)
    {
        row = default;
        Take(_taken);
        _taken = 0;
        if (_isOver || (!_isInside && !Enter()))
        {
            return false;
        }

        var next = Peek(skipCommas: true);
        if (next is -1 || (_isInList && next is ']'))
        {
            _isOver = true;
            return next is -1 && _isInList
                ? throw new PortalException($"Line {_line:N0}: the file ends inside its list of rows, so it was probably cut off. Export it again and upload it.")
                : false;
        }

        (Line, Problem) = (_line, null);
        var length = Measure();
        if (length > 0)
        {
            row = source.Window[..length];
            _taken = length;
            Problem ??= IsTooLong(row, options) ? TooLong() : null;
        }
        else
        {
            row = _beginning;
        }

        return true;
    }

    public override void Dispose() => source.Dispose();

    /// <summary>Goes to the list: nothing for documents one after the other, else into the names of the path.</summary>
    private bool Enter()
    {
        _isInside = true;
        var first = Peek(skipCommas: false);
        if (path is "" && first is not '[')
        {
            return first is not -1;
        }

        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            EnterName(name);
        }

        if (Peek(skipCommas: false) is not '[')
        {
            throw new PortalException(path is "" ? "The file holds no list of rows." : $"The file holds no list of rows at \"{path}\". Choose another place.");
        }

        Take(1);
        return _isInList = true;
    }

    private void EnterName(string name)
    {
        if (Peek(skipCommas: false) is '{')
        {
            Take(1);
            while (Peek(skipCommas: true) is '"' && Measure() is > 0 and var length)
            {
                var key = source.Window.Slice(1, Math.Max(0, length - 2));
                var isIt = key.SequenceEqual(Encoding.UTF8.GetBytes(name));
                Take(length);
                if (Peek(skipCommas: false) is not ':')
                {
                    break;
                }

                Take(1);
                _ = Peek(skipCommas: false);
                if (isIt)
                {
                    return;
                }

                SkipValue();
            }
        }

        throw new PortalException($"The file holds no list of rows at \"{path}\". Choose another place.");
    }

    private void SkipValue()
    {
        var length = Measure();
        Take(Math.Max(0, length));
        Problem = null;
    }

    /// <summary>The next byte that is no white space; -1 at the end.</summary>
    private int Peek(bool skipCommas)
    {
        while (true)
        {
            var window = source.Window;
            for (var i = 0; i < window.Length; i++)
            {
                if (!(window[i] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' || (skipCommas && window[i] is (byte)',')))
                {
                    Take(i);
                    return source.Window[0];
                }
            }

            Take(window.Length);
            if (!source.Fill())
            {
                return -1;
            }
        }
    }

    /// <summary>Length of the value at the front of the window. One too long is skipped; then its beginning is kept and the length is 0.</summary>
    private int Measure()
    {
        int depth = 0, at = 0;
        bool isText = false, isEscaped = false, isSkipping = false;
        while (true)
        {
            var window = source.Window;
            for (; at < window.Length; at++)
            {
                var b = window[at];
                if (isText)
                {
                    if (isEscaped)
                    {
                        isEscaped = false;
                    }
                    else if (b is (byte)'\\')
                    {
                        isEscaped = true;
                    }
                    else if (b is (byte)'"')
                    {
                        isText = false;
                        if (depth is 0)
                        {
                            return End(at + 1, isSkipping);
                        }
                    }
                    else
                    {
                        // Nothing but quotes and backslashes matters in a text.
                        var dull = window[at..].IndexOfAny((byte)'"', (byte)'\\');
                        at = (dull < 0 ? window.Length : at + dull) - 1;
                    }
                }
                else if (b is (byte)'"')
                {
                    isText = true;
                }
                else if (b is (byte)'{' or (byte)'[')
                {
                    depth++;
                }
                else if (b is (byte)'}' or (byte)']')
                {
                    // A closing that nobody opened belongs to the list around, after a bare value.
                    if (depth is 0)
                    {
                        return End(Math.Max(at, 1), isSkipping);
                    }

                    if (--depth is 0)
                    {
                        return End(at + 1, isSkipping);
                    }
                }
                else if (depth is 0 && at > 0 && b is (byte)',' or (byte)'\n' && depth is 0 && at > 0)
                {
                    return End(at, isSkipping);
                }
            }

            if (isSkipping || window.Length > MaximumBytes(options))
            {
                if (!isSkipping)
                {
                    window[.._beginning.Length].CopyTo(_beginning);
                    (isSkipping, Problem) = (true, TooLong());
                }

                Take(window.Length);
                at = 0;
            }

            if (!source.Fill())
            {
                // Documents one after the other may end with a bare value; a list may not.
                Problem ??= depth > 0 || isText ? "the file ends in the middle of this row, so it was probably cut off" : null;
                _isOver = Problem is not null;
                return isSkipping ? 0 : source.Window.Length;
            }
        }
    }

    private int End(int length, bool isSkipping)
    {
        if (isSkipping)
        {
            Take(length);
            return 0;
        }

        return length;
    }

    private void Take(int count)
    {
        _line += source.Window[..count].Count((byte)'\n');
        source.Skip(count);
    }

    private string TooLong() => $"the row is longer than {options.MaxRecordCharacters:N0} characters";
}
