using CoVR.AspNetCore.Tests.Fakes;
using CoVR.Media;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.AspNetCore.Tests.Hostile;

/// <summary>A host with two users, each with items of their own, that every hostile request is sent to. Temporary files go to a folder of its own.</summary>
public sealed class HostileFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _temporary = new();
    private readonly string? _before = Environment.GetEnvironmentVariable("TMPDIR");

    internal WebHost Host { get; private set; } = null!;

    /// <summary>An upload of Bob's.</summary>
    public string BobsUpload { get; private set; } = "";

    /// <summary>A session's token of Bob's.</summary>
    public string BobsToken { get; private set; } = "";

    /// <summary>The tag of a thumbnail of Bob's.</summary>
    public string BobsTag { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Host = await WebHost.StartAsync(
            covr => covr.Services.AddSingleton<IGalleryScope, OwnerScope>(),
            web => (web.AllowsEditing, web.OpenItem) = (true, (_, _) => ValueTask.CompletedTask));
        for (var i = 0; i < 4; i++)
        {
            await Host.AddAsync($"alice/{i}.png", i, "alice", tags: "hers");
            await Host.AddAsync($"bob/{i}.png", 10 + i, "bob", tags: "his");
        }

        await Host.Services.GetRequiredService<IGallery>().RecordFailuresAsync([new EmbeddingFailure(new MediaId("bob/broken.png"), $"{Host.Files["media", "bob", "broken.png"]} is cut", MediaFailure.Truncated, DateTimeOffset.UnixEpoch)], TestContext.Current.CancellationToken);
        var answer = await WebHost.ReadAsync(await Host.SendAsync("POST", WebHost.Api + "search", WebHost.Form(new { parts = new[] { new { file = "f" } } }, ("f", MediaWriter.EncodePng(TinyPictures.Paint(1)))), "bob"));
        BobsUpload = answer.GetProperty("query").GetProperty("parts")[0].GetProperty("upload").GetString()!;
        BobsToken = (await Host.GetAsync("session", "bob")).GetProperty("token").GetString()!;
        BobsTag = (await Host.SendAsync("GET", WebHost.Api + "items/bob%2F0.png/thumbnail", null, "bob")).Headers.ETag!.ToString();
        Environment.SetEnvironmentVariable("TMPDIR", _temporary.FullName);
    }

    /// <summary>Files that requests left behind: temporary ones, and half-written thumbnails.</summary>
    public IEnumerable<string> Leftovers() => Directory.EnumerateFileSystemEntries(_temporary.FullName).Concat(Directory.EnumerateFiles(Host.Files["thumbnails"], "*.tmp"));

    /// <summary>What no answer may hold: paths of this machine, and traces of the code.</summary>
    public IEnumerable<string> Secrets() => [Host.Files.FullName, AppContext.BaseDirectory, TestFolders.Repository, _temporary.FullName, "   at CoVR", ".cs:line"];

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("TMPDIR", _before);
        await Host.DisposeAsync();
        _temporary.Dispose();
    }
}
