using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>Lines of a file as bytes, one at a time, so that a file of a gigabyte needs the memory of one line.</summary>
internal static class LineReader
{
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                yield return Trim(buffer.Slice(0, end).ToArray());
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (result.IsCompleted)
            {
                if (!buffer.IsEmpty)
                {
                    yield return Trim(buffer.ToArray());
                }

                yield break;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static ReadOnlyMemory<byte> Trim(byte[] line) => line is [.., (byte)'\r'] ? line.AsMemory(0, line.Length - 1) : line;
}
