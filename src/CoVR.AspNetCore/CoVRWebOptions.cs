using System.ComponentModel.DataAnnotations;

namespace CoVR.AspNetCore;

/// <summary>What a pipeline's endpoints accept and keep; the name of the options is the name of the pipeline.</summary>
public sealed class CoVRWebOptions
{
    /// <summary>The host names that requests may be for, besides <c>localhost</c> and addresses; a request for another one is refused, so that a foreign name cannot be made to point to this server (DNS rebinding).</summary>
    /// <value>Empty by default. Behind a proxy, or under a name of its own, the server needs that name here.</value>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The origins, such as <c>https://photos.example.com</c>, whose pages may send requests, besides the server's own; their CORS policy is the host's.</summary>
    /// <value>Empty by default.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The largest picture or clip that may be uploaded, in bytes.</summary>
    /// <value>64 MiB by default; 1 kB to 2 GB.</value>
    [Range(1 << 10, int.MaxValue)]
    public int MaxUploadBytes { get; set; } = 64 << 20;

    /// <summary>How many pictures and clips one query may upload; a request may have this many times <see cref="MaxUploadBytes"/>.</summary>
    /// <value>4 by default; 1 to 16.</value>
    [Range(1, 16)]
    public int MaxUploads { get; set; } = 4;

    /// <summary>The most pixels of an uploaded picture, or of one frame of a clip.</summary>
    /// <value>64 million by default; 1 to 536,870,911.</value>
    [Range(1, 536_870_911)]
    public int MaxUploadPixels { get; set; } = 64_000_000;

    /// <summary>The most frames of an uploaded clip.</summary>
    /// <value>36,000 by default: ten minutes of 60 frames a second; at least 1.</value>
    [Range(1, int.MaxValue)]
    public int MaxUploadFrames { get; set; } = 36_000;

    /// <summary>The longest uploaded clip, from its start to the last frame that a query uses; formats that do not tell the times of their frames are bounded by <see cref="MaxUploadFrames"/> alone.</summary>
    /// <value>Two minutes by default; 1 millisecond to 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxUploadDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one upload may take to arrive, and how long its decoding.</summary>
    /// <value>One minute by default; 1 millisecond to 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many bytes of uploads are kept in memory, so that the next turns of a search need not send them again; those used last stay.</summary>
    /// <value>256 MiB by default; at least 0. None is kept for more than an hour.</value>
    [Range(0, long.MaxValue)]
    public long KeptUploadBytes { get; set; } = 256 << 20;

    /// <summary>How many requests send uploads at once; further ones are answered with 503.</summary>
    /// <value>4 by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int ConcurrentUploads { get; set; } = 4;

    /// <summary>How many searches, lists and counts run at once, and how many thumbnails are made at once.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int ConcurrentSearches { get; set; } = Environment.ProcessorCount;

    /// <summary>How many searches wait for a place; further ones are answered with 503.</summary>
    /// <value>Twice the number of processors by default; at least 0.</value>
    [Range(0, int.MaxValue)]
    public int WaitingSearches { get; set; } = 2 * Environment.ProcessorCount;

    /// <summary>Where thumbnails are kept.</summary>
    /// <value>Null by default: <c>covr/thumbnails</c> in the user's folder for local data. Servers do not share one.</value>
    public string? ThumbnailFolder { get; set; }

    /// <summary>How many bytes of thumbnails are kept; those used last stay.</summary>
    /// <value>512 MiB by default; at least 0.</value>
    [Range(0, long.MaxValue)]
    public long ThumbnailBytes { get; set; } = 512 << 20;

    /// <summary>Whether callers may change the tags of the items that they see.</summary>
    /// <value>False by default.</value>
    public bool AllowsEditing { get; set; }

    /// <summary>Shows an item to the person at this machine, such as in its file manager; only callers on this machine may ask for it.</summary>
    /// <value>Null by default: not allowed.</value>
    public Func<GalleryItem, CancellationToken, ValueTask>? OpenItem { get; set; }
}
