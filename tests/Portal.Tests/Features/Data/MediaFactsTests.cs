using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class MediaFactsTests
{
    private static readonly Dictionary<string, (byte[] Content, string Told)> s_files = new()
    {
        ["wav"] = (MediaSamples.Wav(440, 0.25), "Audio audio/wav 250 x "),
        ["png"] = (MediaSamples.Png(300, 200), "Image image/png  300x200 "),
        ["jpeg"] = (MediaSamples.Jpeg(300, 200), "Image image/jpeg  300x200 "),
        ["gif"] = (MediaSamples.Gif(300, 200), "Image image/gif  300x200 "),
        ["webp"] = (MediaSamples.Webp(300, 200), "Image image/webp  300x200 "),
        ["flac"] = (MediaSamples.Flac(44_100, 88_200), "Audio audio/flac 2000 x "),
        ["opus"] = (MediaSamples.Opus(7), "Audio audio/ogg 7000 x "),
        ["mp3"] = (MediaSamples.Mp3(20), "Audio audio/mpeg 522 x "),
        ["m4a"] = (MediaSamples.Mp4("M4A ", 12, hasVideo: false), "Audio audio/mp4 12000 x "),
        ["mp4"] = (MediaSamples.Mp4("isom", 12, hasVideo: true), "Video video/mp4 12000 640x480 "),
        ["mov"] = (MediaSamples.Mp4("qt  ", 12, hasVideo: true), "Video video/mov 12000 640x480 "),
        ["webm"] = (MediaSamples.Webm(4_200, hasVideo: true), "Video video/webm 4200 x "),
        ["weba"] = (MediaSamples.Webm(4_200, hasVideo: false), "Audio audio/webm 4200 x "),
        ["pdf"] = (MediaSamples.Pdf(3), "Document application/pdf  x 3"),
        ["pdf, packed"] = (MediaSamples.Pdf(5, isPacked: true), "Document application/pdf  x 5"),
    };

    public static TheoryData<string> Names => [.. s_files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_AFile_TellsItByItsContent(string name)
    {
        var facts = MediaFacts.Of(new MemoryStream(s_files[name].Content));

        Assert.NotNull(facts);
        Assert.Equal(s_files[name].Told, $"{facts.Kind} {facts.MimeType} {facts.Milliseconds} {facts.Width}x{facts.Height} {facts.Pages}");
        Assert.Equal("", facts.Problem);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("MZ a program")]
    [InlineData("")]
    [InlineData("RIFF1234AVI ")]
    public void Of_WhatIsNoMedia_TellsNothing(string content) => Assert.Null(MediaFacts.Of(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(content))));

    [Fact]
    public void Of_ALockedPdf_HasAProblem() =>
        Assert.Contains("cannot be counted", MediaFacts.Of(new MemoryStream([.. MediaSamples.Pdf(2), .. "trailer << /Encrypt 5 0 R >>"u8]))!.Problem, StringComparison.Ordinal);

    [Fact]
    public void Of_AFlacCutOffBeforeItsLength_TellsNone() => Assert.Null(MediaFacts.Of(new MemoryStream(MediaSamples.Flac(44_100, 88_200)[..24]))!.Milliseconds);

    [Fact]
    public void Names_OfASoundInMatroska_AreKnown()
    {
        Assert.Equal(("audio/x-matroska", ".mka"), (MediaTypes.OfName("visit.MKA"), MediaTypes.EndingOf("audio/x-matroska")));
        // A sound in it may be called by the container's better known name, as in the others.
        Assert.True(MediaTypes.IsCalled("audio/x-matroska", MediaTypes.OfName("visit.mkv")));
    }

    /// <summary>Bytes changed, cut off, doubled and put in anywhere: whatever comes, a reader ends and says something.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Of_AFileWithBytesChanged_EndsWithinItsBudget(string name)
    {
        var random = new Random(4_711);
        for (var round = 0; round < 300; round++)
        {
            var bytes = s_files[name].Content.ToArray();
            var reached = Math.Min(bytes.Length, 200);
            for (var change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(4, reached)] = random.Next(4) switch { 0 => 0, 1 => 0xFF, 2 => 0x7F, _ => (byte)random.Next(256) };
            }

            using var file = new CountedStream(round % 3 is 0 ? bytes[..random.Next(1, bytes.Length)] : bytes);

            var facts = MediaFacts.Of(file);

            Assert.True(facts is null || facts.Problem.Length < 200);
            Assert.True(file.Reads <= 60_000, $"{name}, round {round}: {file.Reads} reads");
            Assert.True(file.BytesRead <= (file.Length * 60) + (4 << 20), $"{name}, round {round}: {file.BytesRead} bytes read of {file.Length}");
        }
    }

    private sealed class CountedStream(byte[] content) : MemoryStream(content)
    {
        public int Reads { get; private set; }

        public long BytesRead { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            Reads++;
            var read = base.Read(buffer);
            BytesRead += read;
            return read;
        }
    }
}
