using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Portal.Sandbox.Learner;

/// <summary>
/// What the small models make of a picture, sound or film: words. Every file gives one of its hash, so that what was learnt of the very file
/// is known again. A WAV gives its pitch and loudness besides, half a second at a time, by which unheard recordings can be told apart. Of
/// anything else nothing is understood.
/// </summary>
public static class MediaFeatures
{
    private const int MostSamples = 48_000 * 30;
    private const int PitchesPerOctave = 12;

    public static string Of(string mimeType, ReadOnlySpan<byte> content)
    {
        var kind = mimeType.Split('/')[0];
        var words = $"{kind} file{Convert.ToHexStringLower(SHA256.HashData(content)[..8])}";
        return mimeType is "audio/wav" && Wave(content) is { Length: > 0 } heard ? $"{words} {heard}" : words;
    }

    private static string Wave(ReadOnlySpan<byte> wav)
    {
        var (rate, channels, bits) = (0, 0, 0);
        for (var at = 12; at + 8 <= wav.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(wav[(at + 4)..]);
            var body = wav[(at + 8)..];
            if (wav[at..].StartsWith("fmt "u8) && body.Length >= 16)
            {
                (channels, rate, bits) = (BinaryPrimitives.ReadUInt16LittleEndian(body[2..]), BinaryPrimitives.ReadInt32LittleEndian(body[4..]), BinaryPrimitives.ReadUInt16LittleEndian(body[14..]));
            }
            else if (wav[at..].StartsWith("data"u8))
            {
                return bits is 16 && channels is > 0 and <= 8 && rate is >= 1_000 and <= 400_000 ? Heard(body[..(int)Math.Min(length, body.Length)], channels, rate) : "";
            }

            if (length > wav.Length)
            {
                break;
            }

            at += 8 + (int)length + (int)(length & 1);
        }

        return "";
    }

    private static string Heard(ReadOnlySpan<byte> data, int channels, int rate)
    {
        var (window, frame) = (rate / 2, channels * 2);
        var samples = Math.Min(data.Length / frame, MostSamples);
        List<string> words = [];
        for (var from = 0; from + (window / 2) <= samples; from += window)
        {
            var (crossings, power, previous, count) = (0, 0.0, (short)0, Math.Min(window, samples - from));
            for (var i = from; i < from + count; i++)
            {
                var sample = BinaryPrimitives.ReadInt16LittleEndian(data[(i * frame)..]);
                crossings += (sample < 0) != (previous < 0) ? 1 : 0;
                power += (double)sample * sample;
                previous = sample;
            }

            var loudness = Math.Sqrt(power / count);
            var hertz = crossings * rate / 2.0 / count;
            words.Add(loudness < 50 || hertz < 20 ? "silence" : string.Create(CultureInfo.InvariantCulture, $"pitch{Math.Round(PitchesPerOctave * Math.Log2(hertz / 440)):0} loud{Math.Round(Math.Log2(loudness)):0}"));
        }

        return string.Join(' ', words);
    }
}
