using System.Diagnostics;
using System.Net.Sockets;
using CoVR.Embedding.Folders;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding.Folders;

/// <summary>What a scan finds, what it leaves out, and that it always ends.</summary>
public sealed class FolderScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_LinksInCircles_ListsEveryRealFileOnce()
    {
        Touch("photos/a.png", "photos/sub/b.jpg");
        Link("photos/sub/up", "..");
        Link("photos/self", ".");
        Link("photos/top", "../..");
        Link("photos/root", "/");
        Link("photos/ring1", "ring2");
        Link("photos/ring2", "ring1");

        Assert.Equal(["a.png", "sub/b.jpg"], await IdsAsync());
    }

    [Fact]
    public async Task RunAsync_LinksToFilesAndFoldersElsewhere_AreFollowedOnce()
    {
        Touch("photos/a.png", "other/c.png", "other/deep/d.mp4", "single/e.png");
        Link("photos/again.png", "a.png");
        Link("photos/zwei", "../other");
        Link("photos/eins", "../other");
        Link("photos/one.png", "../single/e.png");
        Link("photos/two.png", "../single/e.png");
        Link("photos/nowhere.png", "missing.png");

        var scan = await ScanAsync();

        Assert.Equal(["a.png", "eins/c.png", "eins/deep/d.mp4", "one.png"], scan.Items.Select(item => item.Id.Value));
        Assert.Equal("1 link that leads nowhere", scan.DescribePassedOver());
    }

    [Fact]
    public async Task RunAsync_PipesSocketsAndDevices_ArePassedOverWithoutOpeningThem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Special files are made by Linux programs.");
        Touch("photos/a.png");
        Run("mkfifo", "p.jpg");
        Run("mkfifo", "q.ts");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["photos", "s.mp4"]));
        Link("photos/null.png", "/dev/null");

        var scan = await ScanAsync();

        Assert.Equal(["a.png"], scan.Items.Select(item => item.Id.Value));
        Assert.Equal("1 device, 2 pipes, 1 socket", scan.DescribePassedOver());
    }

    [Fact]
    public async Task RunAsync_EveryKind_TakesWhatCanBeReadAndCountsTheRest()
    {
        string[] readable = ["a.3gp", "b.MPG", "c.mpeg", "d.m2ts", "e.wmv", "f.flv", "g.ogv", "h.jfif", "i.JPG", "j.gif", "k.webm"];
        Touch([.. readable.Select(name => $"photos/{name}"), "photos/x.HEIC", "photos/y.heic", "photos/z.avif", "photos/t.tif", "photos/notes.txt", "photos/.hidden.png"]);
        await File.WriteAllTextAsync(_folder["photos", "program.ts"], "export const x: number = 1; // " + new string('-', 300), Cancel);
        var packets = new byte[2 * 188];
        (packets[0], packets[188]) = (0x47, 0x47);
        await File.WriteAllBytesAsync(_folder["photos", "m.ts"], packets, Cancel);
        var timed = new byte[2 * 192];
        (timed[4], timed[196]) = (0x47, 0x47);
        await File.WriteAllBytesAsync(_folder["photos", "l.MTS"], timed, Cancel);

        var scan = await ScanAsync();

        Assert.Equal([.. readable, "l.MTS", "m.ts"], scan.Items.Select(item => item.Id.Value));
        Assert.Equal("1 AVIF (not supported yet), 2 HEIC (not supported yet), 1 TIFF (not supported yet)", scan.DescribePassedOver());
        Assert.Equal(MediaKind.Video, scan.Items.Single(item => item.Id.Value == "m.ts").Properties.Kind);
        Assert.Equal(MediaKind.Picture, scan.Items.Single(item => item.Id.Value == "h.jfif").Properties.Kind);
    }

    [Fact]
    public async Task RunAsync_WithAScope_PutsItBeforeEveryIdentity()
    {
        Touch("photos/sub/a.png");

        var scan = await FolderScan.RunAsync(_folder["photos"], "mine", Cancel);

        var item = Assert.Single(scan.Items);
        Assert.Equal("mine/sub/a.png", item.Id.Value);
        Assert.Equal("sub/a.png", scan.RelativePath(item.Id));
        Assert.Equal(_folder["photos", "sub", "a.png"], item.Properties.Source);
    }

    [Fact]
    public async Task RunAsync_Cancelled_Ends()
    {
        Touch("photos/a.png");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FolderScan.RunAsync(_folder["photos"], "", stop.Token));
    }

    [Fact]
    public async Task RunAsync_NoFolder_NamesIt() =>
        Assert.Contains("nowhere", (await Assert.ThrowsAsync<DirectoryNotFoundException>(() => FolderScan.RunAsync("nowhere", "", Cancel))).Message, StringComparison.Ordinal);

    private Task<FolderScan> ScanAsync() => FolderScan.RunAsync(_folder["photos"], "", Cancel);

    private async Task<IEnumerable<string>> IdsAsync() => (await ScanAsync()).Items.Select(item => item.Id.Value);

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(_folder.FullName, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
        }
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder.FullName, name), target);

    private void Run(string program, string name) => Process.Start(program, [_folder["photos", name]]).WaitForExit();
}
