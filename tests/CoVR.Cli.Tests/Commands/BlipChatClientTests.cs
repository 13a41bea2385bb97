using CoVR.Cli.Commands.Construct;
using CoVR.Media;
using Microsoft.Extensions.AI;

namespace CoVR.Cli.Tests.Commands;

public sealed class BlipChatClientTests
{
    [Fact]
    public async Task GetResponseAsync_Picture_AnswersWithTheCaptionAsJson()
    {
        using var client = new BlipChatClient(frame => $"a \"{frame.Width} x {frame.Height}\" wall");
        var picture = MediaWriter.EncodePng(new RgbFrame(4, 2, new byte[24]));

        var response = await client.GetResponseAsync(new ChatMessage(ChatRole.User, [new TextContent("what?"), new DataContent(picture, "image/png")]), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("a \"4 x 2\" wall", System.Text.Json.JsonDocument.Parse(response.Text).RootElement.GetProperty("caption").GetString());
    }
}
