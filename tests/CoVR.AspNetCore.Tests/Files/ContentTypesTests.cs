using System.Text;
using CoVR.AspNetCore.Files;

namespace CoVR.AspNetCore.Tests.Files;

public sealed class ContentTypesTests
{
    [Theory]
    [InlineData("\u0089PNG\r\n\u001a\n", "image/png")]
    [InlineData("GIF89a", "image/gif")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0", "image/jpeg")]
    [InlineData("RIFF\0\0\0\0WEBPVP8 ", "image/webp")]
    [InlineData("\0\0\0\u0018ftypmp42", "video/mp4")]
    [InlineData("\0\0\0\u0014ftypqt  ", "video/quicktime")]
    [InlineData("\0\0\0\u0018ftypavif", "image/avif")]
    [InlineData("\u001aE\u00df\u00a3\u0001\0\0\0webm", "video/webm")]
    [InlineData("RIFF\0\0\0\0AVI LIST", "video/x-msvideo")]
    [InlineData("<html>", null)]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", null)]
    [InlineData("#EXTM3U\n", null)]
    [InlineData("ffconcat version 1.0", null)]
    [InlineData("PK\u0003\u0004", null)]
    [InlineData("", null)]
    public void Of_FirstBytes_NamesPicturesAndVideosOnly(string start, string? type)
    {
        var header = new byte[start.Length == 0 ? 0 : 64];
        Encoding.Latin1.GetBytes(start).CopyTo(header, 0);

        Assert.Equal(type, ContentTypes.Of(header));
    }
}
