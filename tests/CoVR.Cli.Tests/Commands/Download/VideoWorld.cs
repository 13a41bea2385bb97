using System.Text;
using System.Text.Json;
using CoVR.Cli.Commands.Download;
using CoVR.Downloads;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;

namespace CoVR.Cli.Tests.Commands.Download;

/// <summary>A folder, a server of videos and a list of their addresses; videos are texts that <see cref="TextFrames"/> takes for such.</summary>
internal sealed class VideoWorld : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Downloader _downloader;

    /// <summary>Makes a world.</summary>
    /// <param name="answer">The server's answer to a path such as <c>001_050/7.mp4</c>; null for that video, whole.</param>
    public VideoWorld(Func<ScriptedRequest, ScriptedReply?>? answer = null)
    {
        Server = new ScriptedServer(request => (Answer ?? answer)?.Invoke(request) ?? ScriptedReply.Honest(request, VideoOf(request.Path)));
        _downloader = new Downloader(null, Time) { Retries = 1, StallTimeout = TimeSpan.FromHours(3) };
    }

    /// <summary>Replaces the server's answers.</summary>
    public Func<ScriptedRequest, ScriptedReply?>? Answer { get; set; }

    /// <summary>The server.</summary>
    public ScriptedServer Server { get; }

    /// <summary>The clock of all.</summary>
    public HurriedTime Time { get; } = new();

    /// <summary>What decodes videos.</summary>
    public IFrameReader Frames { get; set; } = new TextFrames();

    /// <summary>The paths of requests since this was asked last.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            List<string> paths = [];
            while (Server.Requests.TryDequeue(out var request))
            {
                paths.Add(request.Path);
            }

            return paths;
        }
    }

    /// <summary>The path of a file or folder inside.</summary>
    public string this[params string[] parts] => _folder[parts];

    /// <summary>The videos that lie in the folder, by identity.</summary>
    public IReadOnlyList<string> Stored => Directory.Exists(this["videos"])
        ? [.. Directory.EnumerateFiles(this["videos"], "*.mp4", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(this["videos"], path)[..^4].Replace('\\', '/')).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>A video of 2,000 bytes that differs from all others.</summary>
    public static byte[] VideoOf(string path) => Encoding.UTF8.GetBytes($"video {path} ".PadRight(2000, '.'));

    /// <summary>Writes the list of addresses: the identities at the server, and others.</summary>
    public void List(IEnumerable<string> ids, params (string Path, string Address)[] others) => File.WriteAllText(
        this["list.json"], JsonSerializer.Serialize(ids.Select(id => ($"{id}.mp4", Server[$"{id}.mp4"].AbsoluteUri)).Concat(others).ToDictionary(pair => pair.Item1, pair => pair.Item2)));

    /// <summary>Writes annotations that name pairs of identities.</summary>
    public string Annotate(params string[] ids)
    {
        File.WriteAllLines(this["triplets.csv"], ["pth1,pth2,edit", .. ids.Select((id, i) => $"{id},{ids[(i + 1) % ids.Length]},more")]);
        return this["triplets.csv"];
    }

    /// <summary>Options for the list.</summary>
    public VideoDownloadOptions Options(Action<VideoDownloadOptions>? configure = null)
    {
        var options = new VideoDownloadOptions { Name = "test", Folder = this["videos"], List = this["list.json"], Workers = 3 };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>A job.</summary>
    public VideoDownload Job(Action<VideoDownloadOptions>? configure = null) => new(Options(configure), _downloader, Frames, Time);

    /// <summary>Runs a job to its end.</summary>
    public async Task<Dictionary<string, VideoOutcome>> RunAsync(Action<VideoDownloadOptions>? configure = null, IProgress<VideoProgress>? progress = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        return await Job(configure).DownloadAsync(progress, cancel).ToDictionaryAsync(outcome => outcome.Id, cancellationToken: cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _downloader.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Takes files that begin with "video" for videos and those that begin with "still" for pictures.</summary>
internal sealed class TextFrames : IFrameReader
{
    public async ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default)
    {
        var text = await File.ReadAllTextAsync(media.Path!, cancellationToken);
        var count = text.StartsWith("video", StringComparison.Ordinal) ? 10
            : text.StartsWith("still", StringComparison.Ordinal) ? 1
            : throw new MediaReadException(media.DisplayName, MediaFailure.UnknownFormat, "the bytes are no video.");
        return [.. sampler.Select(count).Select(_ => new RgbFrame(1, 1, new byte[3]))];
    }
}
