using System.Net;
using CoVR.AspNetCore.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.AspNetCore.Tests.Api;

[Collection("torch")]
public sealed class SessionTests
{
    [Fact]
    public async Task Session_Languages_AreThoseOfTheTexts()
    {
        await using var host = await WebHost.StartAsync();

        string[] languages = [.. (await host.GetAsync("session")).GetProperty("languages").EnumerateArray().Select(language => language.GetString()!)];

        Assert.Equal(Directory.GetFiles(Path.Combine(TestFolders.Repository, "src/CoVR.AspNetCore/Page/assets"), "*.json").Select(Path.GetFileNameWithoutExtension).Order(), languages.Order());
        foreach (var language in languages)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", $"covr/assets/{language}.json")).StatusCode);
        }
    }
}
