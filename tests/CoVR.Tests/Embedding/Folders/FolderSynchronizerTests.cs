using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CoVR.Embedding;
using CoVR.Embedding.Folders;
using CoVR.Media;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Tests.Embedding.Folders;

/// <summary>A gallery follows its folder: what is embedded, copied and removed.</summary>
[Collection("torch")]
public sealed class FolderSynchronizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CornerFileReader _reader = new();
    private readonly RetrievalPipeline _pipeline;

    public FolderSynchronizerTests()
    {
        _pipeline = FakePipeline.Create(reader: _reader);
        Directory.CreateDirectory(_folder["photos"]);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SynchronizeAsync_FileReplacedUnderItsName_IsEmbeddedAgain()
    {
        Write("a.png", 1);
        Write("b.png", 2);
        Assert.Equal("2 new", $"{await SyncAsync()}");
        _reader.TakeRead();

        Write("a.png", 5, length: 3);
        var report = await SyncAsync();

        Assert.Equal("1 changed", $"{report}");
        Assert.Equal((1, 1), (report.Changed, report.Unchanged));
        Assert.Equal(["a.png"], _reader.TakeRead());
        Assert.Equal(await EmbeddingOfAsync("c.png", 5), await EmbeddingAsync("a.png"));
    }

    [Fact]
    public async Task SynchronizeAsync_FileMoved_KeepsItsEmbeddingWithoutTheModel()
    {
        Write("a.png", 1);
        await SyncAsync();
        var before = await EmbeddingAsync("a.png");
        _reader.TakeRead();
        Directory.CreateDirectory(_folder["photos", "sub"]);
        File.Move(_folder["photos", "a.png"], _folder["photos", "sub", "z.png"]);

        Assert.Equal("1 moved", $"{await SyncAsync()}");

        Assert.Empty(_reader.TakeRead());
        Assert.Equal(["sub/z.png"], await IdsAsync());
        Assert.Equal(before, await EmbeddingAsync("sub/z.png"));
    }

    [Fact]
    public async Task SynchronizeAsync_TwoFilesSwapped_SwapTheirEmbeddings()
    {
        Write("a.png", 1);
        Write("bb.png", 2, length: 3);
        await SyncAsync();
        var (a, b) = (await EmbeddingAsync("a.png"), await EmbeddingAsync("bb.png"));

        Write("a.png", 2, length: 3);
        Write("bb.png", 1);
        await SyncAsync();

        Assert.Equal((b, a), (await EmbeddingAsync("a.png"), await EmbeddingAsync("bb.png")));
    }

    [Fact]
    public async Task SynchronizeAsync_FileDeleted_IsNoAnswerAnyMore()
    {
        Write("a.png", 1);
        Write("b.png", 2);
        await SyncAsync();
        File.Delete(_folder["photos", "a.png"]);

        Assert.Equal("1 removed", $"{await SyncAsync()}");
        Assert.Equal(["b.png"], await IdsAsync());
    }

    [Fact]
    public async Task SynchronizeAsync_Duplicates_AreEmbeddedOnceAndTold()
    {
        Write("a.png", 1);
        Write("b.png", 1);
        Write("c.png", 1);

        Assert.Equal("1 new, 2 duplicates", $"{await SyncAsync()}");

        Assert.Single(_reader.TakeRead());
        Assert.Equal(["a.png", "b.png", "c.png"], await IdsAsync());
    }

    [Fact]
    public async Task SynchronizeAsync_FileTouched_IsUnchanged()
    {
        Write("a.png", 1);
        await SyncAsync();
        _reader.TakeRead();
        File.SetLastWriteTimeUtc(_folder["photos", "a.png"], DateTime.UtcNow.AddDays(-1));

        Assert.Equal("no changes", $"{await SyncAsync()}");
        Assert.Equal("no changes", $"{await SyncAsync()}");
        Assert.Empty(_reader.TakeRead());
    }

    [Fact]
    public async Task SynchronizeAsync_FileThatFails_IsTriedAgainWhenItChanges()
    {
        Write("a.png", 1);
        Write("bad.png", 9);
        Assert.Equal(EmbedStatus.Failed, Assert.Single((await SyncAsync()).Failures).Status);
        Assert.Equal(EmbedStatus.FailedBefore, Assert.Single((await SyncAsync()).Failures).Status);
        Assert.Equal(["a.png", "bad.png"], _reader.TakeRead().Order());

        Write("bad.png", 3);
        var report = await SyncAsync();

        Assert.Empty(report.Failures);
        Assert.Equal(1, report.New);
    }

    [Fact]
    public async Task SynchronizeAsync_FileReplacedByABadOne_IsNoAnswerAnyMore()
    {
        Write("a.png", 1);
        await SyncAsync();
        Write("a.png", 9, length: 7);

        Assert.Single((await SyncAsync()).Failures);
        Assert.Empty(await IdsAsync());
        Assert.Single((await SyncAsync()).Failures);
    }

    [Fact]
    public async Task SynchronizeAsync_TwoFoldersOnOneGallery_DoNotMix()
    {
        Write("a.png", 1);
        Directory.CreateDirectory(_folder["other"]);
        File.WriteAllBytes(_folder["other", "a.png"], [4, 4]);
        await SyncAsync("photos", "one");
        await SyncAsync("other", "two");
        File.Delete(_folder["photos", "a.png"]);

        await SyncAsync("photos", "one");

        Assert.Equal(["two/a.png"], await IdsAsync());
        Assert.Equal("no changes", $"{await SyncAsync("other", "two")}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SynchronizeAsync_OfAPhotograph_StoresWhatItSays(bool storesLocations)
    {
        var said = new ExifJpeg { Make = "Canon", Model = "Canon EOS R5", Taken = "2024:06:01 12:30:15", Place = (48, 2) };
        await File.WriteAllBytesAsync(_folder["photos", "a.jpg"], said.Insert(MediaWriter.EncodeJpeg(new RgbFrame(8, 8, new byte[192]))), Cancel);
        Write("b.png", 1);
        var synchronizer = new FolderSynchronizer(_pipeline.Gallery, new EmbeddingJob(_pipeline)) { StoresLocations = storesLocations };

        await synchronizer.SynchronizeAsync(await FolderScan.RunAsync(_folder["photos"], "", null, Cancel), null, Cancel);

        var properties = (await _pipeline.Gallery.GetAsync([new MediaId("a.jpg")], Cancel)).Single().Properties;
        Assert.Equal(new DateTimeOffset(2024, 6, 1, 12, 30, 15, TimeSpan.Zero), properties.Taken);
        Assert.Equal(("Canon EOS R5", true, storesLocations ? "+48.0000+002.0000/" : null), (properties.Camera, properties.HasLocation, properties.Location));
        Assert.Equal(1, await _pipeline.Gallery.CountAsync(new GalleryFilter.FromCamera("canon") & new GalleryFilter.WithLocation(), Cancel));
    }

    [Fact]
    public async Task SynchronizeAsync_FileStillWritten_WaitsForTheNextCall()
    {
        Write("a.png", 1);
        var scan = await FolderScan.RunAsync(_folder["photos"], "", null, Cancel);

        var report = await new FolderSynchronizer(_pipeline.Gallery, new EmbeddingJob(_pipeline)) { Quiet = TimeSpan.FromMinutes(5) }.SynchronizeAsync(scan, null, Cancel);

        Assert.Equal(1, report.Unsettled);
        Assert.Empty(await IdsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WatchedFolder_EmptyOrMissing_KeepsItsItems(bool isThere)
    {
        Write("a.png", 1);
        await SyncAsync();
        Directory.Delete(_folder["photos"], recursive: true);
        if (isThere)
        {
            Directory.CreateDirectory(_folder["photos"]);
        }

        var watcher = new TwoScans();
        var synchronizer = new FolderSynchronizer(_pipeline.Gallery, new EmbeddingJob(_pipeline));
        using var service = new WatchedFolderService(_folder["photos"], cancel => FolderScan.RunAsync(_folder["photos"], cancellationToken: cancel), watcher, synchronizer, TimeProvider.System, NullLogger<WatchedFolderService>.Instance);
        await service.StartAsync(Cancel);
        await service.ExecuteTask!;

        Assert.Equal(2, watcher.Asked);
        Assert.Equal(["a.png"], await IdsAsync());
    }

    public void Dispose() => _folder.Dispose();

    private async Task<FolderSynchronizer.Report> SyncAsync(string folder = "photos", string scope = "") =>
        await new FolderSynchronizer(_pipeline.Gallery, new EmbeddingJob(_pipeline)).SynchronizeAsync(await FolderScan.RunAsync(_folder[folder], scope, null, Cancel), null, Cancel);

    private void Write(string name, byte corner, int length = 2)
    {
        var content = new byte[length];
        Array.Fill(content, corner);
        File.WriteAllBytes(_folder["photos", name], content);
    }

    private async Task<string[]> IdsAsync() => [.. (await _pipeline.Gallery.ListAsync(null, Cancel).ToListAsync(Cancel)).Select(item => item.Id.Value)];

    private async Task<string> EmbeddingAsync(string id) => string.Join(' ', (await _pipeline.Gallery.ReadAsync(new MediaId(id), Cancel))!.Values.ToArray());

    private async Task<string> EmbeddingOfAsync(string name, byte corner)
    {
        Write(name, corner, length: 1);
        await SyncAsync();
        return await EmbeddingAsync(name);
    }

    /// <summary>The first byte of a file is the corner that it shows; there are eight.</summary>
    private sealed class CornerFileReader : IFrameReader
    {
        private readonly ConcurrentQueue<string> _read = [];

        public List<string> TakeRead()
        {
            List<string> read = [.. _read];
            _read.Clear();
            return read;
        }

        public async ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default)
        {
            var path = media.Path!;
            _read.Enqueue(Path.GetFileName(path));
            var corner = (await File.ReadAllBytesAsync(path, cancellationToken))[0];
            return corner == 0xFF ? [ColourEncoder.Picture(1)] // a JPEG
                : corner < 8 ? [ColourEncoder.Picture(corner)] : throw new MediaReadException(path, MediaFailure.UnknownFormat, "no picture.");
        }
    }

    /// <summary>Asks for two scans and ends.</summary>
    private sealed class TwoScans : IMediaWatcher
    {
        public int Asked { get; private set; }

        public async IAsyncEnumerable<FolderChange> WatchAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            while (Asked < 2)
            {
                Asked++;
                yield return FolderChange.Possible;
            }
        }
    }
}
