using Portal.Features.Data;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class MediaLimitTextTests
{
    [Fact]
    public void Read_WhatOfWrites_ComesBack()
    {
        MediaLimit[] limits = [new(MediaKind.Audio, 1, 100L << 20, ["audio/wav", "audio/mpeg"], 3_600, null), new(MediaKind.Document, 4, 20L << 20, ["application/pdf"], null, 300)];

        var read = MediaLimitText.Read(MediaLimitText.Of(limits));

        Assert.NotNull(read);
        Assert.Equal(MediaLimitText.Of(limits), MediaLimitText.Of(read));
        Assert.Equal((3_600, null, null, 300), (read[0].MaxSeconds, read[0].MaxPages, read[1].MaxSeconds, read[1].MaxPages));
    }

    /// <summary>A number that cannot be read is no limit that is not there: that would be none.</summary>
    [Theory]
    [InlineData("Audio: files 1, MB 100, minutes 6O, audio/wav")]
    [InlineData("Audio: files 1, MB 100, minutes 0, audio/wav")]
    [InlineData("Audio: files 1, MB 100, minutes 10001, audio/wav")]
    [InlineData("Document: files 1, MB 100, pages -3, application/pdf")]
    [InlineData("Document: files 1, MB 100, pages 10001, application/pdf")]
    [InlineData("Audio: files one, MB 100, audio/wav")]
    public void Read_ABadNumber_IsRefused(string text) => Assert.Null(MediaLimitText.Read(text));
}
