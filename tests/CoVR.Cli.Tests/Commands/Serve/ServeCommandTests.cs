using System.Net;
using System.Net.Sockets;
using CoVR.Cli.Tests.Made;
using CoVR.Storage;

namespace CoVR.Cli.Tests.Commands.Serve;

/// <summary><c>covr serve</c>, as a process that a client asks.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public ServeCommandTests() => TinyModel.WriteTo(_run);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Run_OnAFolderThatChanges_FindsWhatIsThere()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        TinyMedia.Picture(_run["photos", "sub", "b.png"], 2);
        using var server = await ServerProcess.StartAsync(_run.Folder, "photos");
        await server.WaitForItemsAsync(2);

        TinyMedia.Picture(_run["photos", "c.png"], 3);
        await server.WaitForItemsAsync(3);
        File.Delete(_run["photos", "a.png"]);
        await server.WaitForItemsAsync(2);

        Assert.Equal(["c.png", "sub/b.png"], (await server.SearchAsync("a red circle")).Order(StringComparer.Ordinal));
        Assert.Contains("<html", await server.Client.GetStringAsync("", Stop), StringComparison.Ordinal);
        Assert.Contains("photos: 2 files can be searched", server.Output, StringComparison.Ordinal);
        Assert.Equal("", server.Error);
    }

    [Fact]
    public async Task Run_AfterASearchOfTheFolder_EmbedsNothingAgain()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        await _run.SucceedAsync("search", "photos", "--model", "tiny-blip", "--checkpoint", "tiny");
        var before = Directory.GetFiles(_run["photos.covr"], "*", SearchOption.AllDirectories);

        using var server = await ServerProcess.StartAsync(_run.Folder, "photos");
        await server.WaitForItemsAsync(1);

        Assert.Equal(["a.png"], await server.SearchAsync("a red circle"));
        Assert.Equal(before, Directory.GetFiles(_run["photos.covr"], "*", SearchOption.AllDirectories).Where(file => !file.Contains("thumbnails", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_OnSeveralFolders_KeepsThemApartInOneStore()
    {
        TinyMedia.Picture(_run["one", "a.png"], 1);
        TinyMedia.Picture(_run["two", "a.png"], 2);
        TinyMedia.Picture(_run["three", "a.png"], 3);
        await _run.SucceedAsync("search", "three", "--store", "store", "--model", "tiny-blip", "--checkpoint", "tiny");
        using var server = await ServerProcess.StartAsync(_run.Folder, "one", "two", "--store", "store");

        await server.WaitForAsync(state => state.GetProperty("items").GetInt64() == 2);

        Assert.Equal(["one", "two"], (await server.SearchAsync("a red circle")).Select(id => id.Split('-')[0]).Order(StringComparer.Ordinal)); // three is not served
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_WhileAClientListens_EndsItWithinTwoSeconds(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        using var server = await ServerProcess.StartAsync(_run.Folder, "photos");
        await server.WaitForItemsAsync(1);
        using var listening = await server.Client.GetStreamAsync("api/v1/index/events", Stop);

        server.Signal(signal);
        var (exitCode, took) = await server.EndAsync();

        Assert.Equal(code, exitCode);
        Assert.True(took < TimeSpan.FromSeconds(3), $"ended after {took}"); // a second for a busy machine
    }

    [Fact]
    public async Task Run_OnATakenPort_SaysSo()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        using var server = ServerProcess.Start(_run.Folder, ["serve", "photos", "--port", $"{port}", "--model", "tiny-blip", "--checkpoint", "tiny"]);
        var (exitCode, _) = await server.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"error: port {port} is taken", server.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ForTheWholeNetwork_WarnsInPlainWords()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);

        using var server = await ServerProcess.StartAsync(_run.Folder, "photos", "--host", "*", "--prefix", "pictures");
        await server.WaitForItemsAsync(1);

        Assert.EndsWith("/pictures/", server.Client.BaseAddress!.AbsolutePath, StringComparison.Ordinal);
        Assert.Contains("warning: everybody who reaches port", server.Error, StringComparison.Ordinal);
        Assert.Contains("there is no sign-in", server.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error: there is no folder missing.", "missing")]
    [InlineData("error: photos/sub lies in photos", "photos", "photos/sub")]
    [InlineData("error: --host is 'example.com'", "photos", "--host", "example.com")]
    [InlineData("error: --port is 70000", "photos", "--port", "70000")]
    public async Task Run_WithAFaultyLine_SaysWhatIsWrong(string message, params string[] arguments)
    {
        TinyMedia.Picture(_run["photos", "sub", "a.png"], 1);

        var code = await _run.RunAsync(["serve", .. arguments, "--model", "tiny-blip", "--checkpoint", "tiny"]);

        Assert.NotEqual(0, code);
        Assert.StartsWith(message, _run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_WhileIndexingAndSearching_KeepsEverythingAcknowledged()
    {
        const int Pictures = 200;
        const int Clips = 40;
        for (var i = 0; i < Pictures; i++)
        {
            TinyMedia.Picture(_run["photos", $"{i:d3}.png"], i);
        }

        // The same clip with other bytes at its end, so that each is decoded: indexing lasts until the kill.
        await TinyMedia.ClipAsync(_run["clip.mp4"], 1);
        for (var i = 0; i < Clips; i++)
        {
            await File.WriteAllBytesAsync(_run["photos", $"clip{i:d2}.mp4"], [.. await File.ReadAllBytesAsync(_run["clip.mp4"], Stop), (byte)i], Stop);
        }

        HashSet<string> acknowledged;
        using (var server = await ServerProcess.StartAsync(_run.Folder, "photos", "--batch_size", "4"))
        {
            await server.WaitForAsync(state => state.GetProperty("items").GetInt64() > 0);
            acknowledged = [.. await server.SearchAsync("a red circle")];
            var searching = server.SearchAsync("make it smaller");
            server.Process.Kill(); // SIGKILL
            await server.EndAsync();
            await searching.ContinueWith(_ => { }, TaskScheduler.Default); // answered or broken off, whichever came first
        }

        var stored = await StoredAsync();
        Assert.NotEmpty(acknowledged);
        Assert.InRange(stored.Count, acknowledged.Count, Pictures + Clips - 1);
        Assert.Superset(acknowledged, stored);

        using var again = await ServerProcess.StartAsync(_run.Folder, "photos");
        await again.WaitForItemsAsync(Pictures + Clips);

        Assert.Equal(Pictures + Clips, (await again.SearchAsync("a red circle")).Distinct().Count());
        Assert.Superset(stored, await StoredAsync());
    }

    private async Task<HashSet<string>> StoredAsync()
    {
        await using var gallery = new FolderGallery(Directory.GetDirectories(_run["photos.covr"]).Single(), null, new FolderGalleryOptions { IsReadOnly = true });
        return [.. await gallery.ListAsync(null, Stop).Select(item => item.Id.Value).ToListAsync(Stop)];
    }
}
