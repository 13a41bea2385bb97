using System.ComponentModel.DataAnnotations;

namespace CoVR.Downloads;

/// <summary>How patient a <see cref="Downloader"/> is.</summary>
public sealed class DownloaderOptions
{
    /// <summary>How often a failed attempt is repeated; begins anew when at least a megabyte has come since.</summary>
    /// <value>6.</value>
    [Range(0, 1000)]
    public int Retries { get; set; } = 6;

    /// <summary>The wait before the first repetition; it doubles, with some chance in it, up to <see cref="LongestDelay"/>.</summary>
    /// <value>1 second.</value>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts.</summary>
    /// <value>1 minute.</value>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait that a server may ask for (<c>Retry-After</c>); if it asks for more, the download fails at once.</summary>
    /// <value>10 minutes.</value>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>An attempt ends if no byte comes for so long.</summary>
    /// <value>1 minute.</value>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many redirections are followed.</summary>
    /// <value>10.</value>
    [Range(0, 100)]
    public int Redirects { get; set; } = 10;

    /// <summary>Bytes that stay free on the disk.</summary>
    /// <value>64 MB.</value>
    [Range(0, long.MaxValue)]
    public long KeptFree { get; set; } = 64L << 20;

    /// <summary>What the downloader calls itself.</summary>
    /// <value><c>CoVR.NET</c> and its version.</value>
    [Required(AllowEmptyStrings = false)]
    public string UserAgent { get; set; } = $"CoVR.NET/{typeof(DownloaderOptions).Assembly.GetName().Version?.ToString(2)}";
}
