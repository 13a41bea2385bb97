using CoVR.Checkpoints;
using CoVR.Downloads;
using CoVR.Modeling;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Tests.Checkpoints;

public sealed class CheckpointResolverTests : IDisposable
{
    private static readonly byte[] Weights = [.. Enumerable.Range(0, 5000).Select(number => (byte)number)];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Resolve_OfAPath_GivesIt()
    {
        await File.WriteAllBytesAsync(_folder["mine.pth"], Weights, Cancel);
        using var resolver = new CheckpointResolver(new CheckpointOptions { Offline = true });

        Assert.Equal(new ResolvedCheckpoint(_folder["mine.pth"], "mine.pth"), await resolver.ResolveAsync(_folder["mine.pth"], "blip", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Resolve_OfAReleasedName_DownloadsOnceWithSourceAndLicense()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Weights));
        using var resolver = new CheckpointResolver(Options(server));

        var first = await resolver.ResolveAsync("webvid-covr", "blip2", "coco", Cancel);
        var second = await resolver.ResolveAsync("blip2-l-coco_covr", cancellationToken: Cancel);

        Assert.Equal(first, second);
        Assert.Equal(_folder["cache", "checkpoints", "blip2", "webvid-covr.ckpt"], first.Path);
        Assert.Equal(("lucas-ventura/CoVR2, webvid-covr.ckpt", "MIT, on weights of BLIP-2 (BSD-3-Clause)"), (first.Source, first.License));
        Assert.Equal("lucas-ventura/CoVR2/resolve/main/webvid-covr.ckpt", Assert.Single(server.Requests).Path);
        Assert.Equal(Weights, await File.ReadAllBytesAsync(first.Path, Cancel));
    }

    [Fact]
    public async Task Resolve_OfAFileOfTheHub_TakesRevisionAndToken()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Weights));
        var options = Options(server);
        options.HubToken = "secret";
        using var resolver = new CheckpointResolver(options);

        var resolved = await resolver.ResolveAsync("hf://some one/my-model/sub/w+1.safetensors@refs/pr/1", cancellationToken: Cancel);

        var request = Assert.Single(server.Requests);
        Assert.Equal("some%20one/my-model/resolve/refs%2Fpr%2F1/sub/w%2B1.safetensors", request.Path);
        Assert.Equal("Bearer secret", request.Header("Authorization"));
        Assert.StartsWith(_folder["cache"], resolved.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_OfAnAddress_KeepsFilesOfOneNameApartAndSendsNoToken()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, [.. Weights, (byte)request.Path.Length]));
        await using var hub = new ScriptedServer(_ => new ScriptedReply(500));
        var options = Options(hub);
        options.HubToken = "secret";
        using var resolver = new CheckpointResolver(options);

        var one = await resolver.ResolveAsync(server["a/model.pth"].AbsoluteUri, cancellationToken: Cancel);
        var other = await resolver.ResolveAsync(server["other/model.pth"].AbsoluteUri, cancellationToken: Cancel);

        Assert.NotEqual(one.Path, other.Path);
        Assert.NotEqual(await File.ReadAllBytesAsync(one.Path, Cancel), await File.ReadAllBytesAsync(other.Path, Cancel));
        Assert.All(server.Requests, request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task Resolve_OfAnIndex_BringsItsShards()
    {
        const string index = """{"metadata":{"total_size":1},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors","c":"m-1.safetensors"}}""";
        await using var server = new ScriptedServer(request => request.Path.EndsWith(".json", StringComparison.Ordinal) ? ScriptedReply.Text(200, index) : ScriptedReply.Honest(request, Weights));
        using var resolver = new CheckpointResolver(Options(server));

        var resolved = await resolver.ResolveAsync("hf://o/r/model.safetensors.index.json", cancellationToken: Cancel);
        await resolver.ResolveAsync("hf://o/r/model.safetensors.index.json", cancellationToken: Cancel);

        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(
            ["m-1.safetensors", "m-2.safetensors", "model.safetensors.index.json"],
            Directory.EnumerateFiles(Path.GetDirectoryName(resolved.Path)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Resolve_OfAnIndexThatLeadsElsewhere_TakesNothing()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(200, """{"weight_map":{"a":"../../stolen.safetensors"}}"""));
        using var resolver = new CheckpointResolver(Options(server));

        var error = await Assert.ThrowsAsync<CheckpointException>(async () => await resolver.ResolveAsync("hf://o/r/x.safetensors.index.json", cancellationToken: Cancel));

        Assert.Contains("'../../stolen.safetensors', which is no name", error.Reason, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Resolve_OfWhatTheReferenceDownloaded_TakesItFromThere()
    {
        var path = _folder["python", "outputs", "cc-coir", "blip2-coco", "blip2-l-coco", "tv-False_loss-hnnce_lr-2e-05", "base", "ckpt_2.ckpt"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, Weights, Cancel);
        using var resolver = new CheckpointResolver(new CheckpointOptions { Offline = true, CacheFolder = _folder["cache"], ReferenceFolder = _folder["python"] });

        Assert.Equal(path, (await resolver.ResolveAsync("coir", "blip2", cancellationToken: Cancel)).Path);
    }

    [Theory]
    [InlineData("blip2-l-coco", "blip", "large", "weights of BLIP-2")]
    [InlineData("model_base_retrieval_coco", "blip", "large", "of the variant 'base', and 'large' is asked for")]
    [InlineData("cirr-gt", "blip", "large", "nobody published them")]
    [InlineData("cirr-gtt", "blip", "large", "did you mean 'cirr-gt'")]
    [InlineData("webvid-covr.ckpt", "blip", "", "there is no such file")]
    [InlineData("weights/webvid-covr.ckpt", "blip", "", "write 'blip/webvid-covr'")]
    [InlineData("http://example.org/model.pth", "", "", "from https:// and hf:// addresses only")]
    [InlineData("s3://bucket/model.pth", "", "", "from https:// and hf:// addresses only")]
    [InlineData("hf://owner/model.pth", "", "", "'hf://owner/repository/file'")]
    [InlineData("hf://owner/repository/../../x", "", "", "'hf://owner/repository/file'")]
    public async Task Resolve_OfWhatCannotBe_SaysWhyBeforeAnyDownload(string name, string family, string variant, string part)
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply(500));
        using var resolver = new CheckpointResolver(Options(server));
        var error = await Assert.ThrowsAsync<CheckpointException>(async () => await resolver.ResolveAsync(name, family, variant, Cancel));

        Assert.Contains(part, error.Reason, StringComparison.Ordinal);
        Assert.Equal(error.Reason, resolver.FindFault(name, family, variant));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Resolve_Offline_NamesThePlaceAndTheAddress()
    {
        using var resolver = new CheckpointResolver(new CheckpointOptions { Offline = true, CacheFolder = _folder["cache"] });

        var error = await Assert.ThrowsAsync<CheckpointException>(async () => await resolver.ResolveAsync("blip-l-coco", "blip", cancellationToken: Cancel));
        Directory.CreateDirectory(_folder["cache", "checkpoints", "blip"]);
        await File.WriteAllBytesAsync(_folder["cache", "checkpoints", "blip", "model_large_retrieval_coco.pth"], Weights, Cancel);

        Assert.Contains(_folder["cache", "checkpoints", "blip", "model_large_retrieval_coco.pth"], error.Reason, StringComparison.Ordinal);
        Assert.Contains("/BLIP/models/model_large_retrieval_coco.pth", error.Reason, StringComparison.Ordinal);
        Assert.Null(resolver.FindFault("blip-l-coco", "blip"));
        Assert.True(File.Exists((await resolver.ResolveAsync("blip-l-coco", "blip", cancellationToken: Cancel)).Path));
    }

    [Fact]
    public async Task Resolve_OfWhatTheServerRefuses_KeepsTheServersAnswer()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(403, "no"));
        using var resolver = new CheckpointResolver(Options(server));

        var error = await Assert.ThrowsAsync<CheckpointException>(async () => await resolver.ResolveAsync("webvid-covr", "blip", cancellationToken: Cancel));

        Assert.Equal(DownloadFailure.Forbidden, Assert.IsType<DownloadException>(error.InnerException).Failure);
        Assert.Contains("403", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddCoVR_RegistersAResolverThatAHostCanReplace()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Weights));
        var seen = new List<JobProgress>();
        var services = new ServiceCollection();
        services.AddCoVR().ConfigureCheckpoints(options => (options.Hub, options.CacheFolder, options.Progress) = (server[""], _folder["cache"], new Listener<JobProgress>(seen)));
        services.AddCoVR("own").Use<ICheckpointResolver>((_, _) => new OwnResolver());
        await using var provider = services.BuildServiceProvider();

        var path = (await provider.GetRequiredService<ICheckpointResolver>().ResolveAsync("blip/webvid-covr", cancellationToken: Cancel)).Path;

        Assert.Equal(_folder["cache", "checkpoints", "blip", "webvid-covr.ckpt"], path);
        Assert.Equal(Weights.Length, seen[^1].Done);
        Assert.IsType<OwnResolver>(provider.GetRequiredKeyedService<ICheckpointResolver>("own"));
    }

    private CheckpointOptions Options(ScriptedServer server) => new() { CacheFolder = _folder["cache"], Hub = server[""] };

    private sealed class OwnResolver : ICheckpointResolver
    {
        public string? FindFault(string name, string family = "", string variant = "") => null;

        public ValueTask<ResolvedCheckpoint> ResolveAsync(string name, string family = "", string variant = "", CancellationToken cancellationToken = default) => ValueTask.FromResult(new ResolvedCheckpoint("own"));
    }
}
