namespace CoVR.Downloads;

/// <summary>A file to download and what is known about it.</summary>
/// <param name="Uri">An absolute <c>http</c> or <c>https</c> address.</param>
/// <param name="Path">Where to put the file; folders are created. Until it is complete it is named <c>….part</c>.</param>
internal sealed record DownloadRequest(Uri Uri, string Path)
{
    /// <summary>Length of the whole file in bytes.</summary>
    /// <value>Null: the server's figure, which is checked against the bytes received.</value>
    public long? ExpectedBytes { get; init; }

    /// <summary>SHA-256 of the whole file, or its first digits (8 to 64), hexadecimal.</summary>
    /// <value>Null: not compared.</value>
    public string? Sha256 { get; init; }

    /// <summary>Whether a web page (by its content type or its first bytes) is an error and not the file.</summary>
    /// <value>True: servers send pages that ask for a password or say that a file is gone.</value>
    public bool RefuseWebPages { get; init; } = true;

    /// <summary>Whether an existing file is replaced once the new one is complete.</summary>
    /// <value>False: it is kept.</value>
    public bool Replace { get; init; }

    /// <summary>
    /// Checks the complete file before it is renamed: given its temporary path, returns null if the file is right, else what is wrong.
    /// A wrong one is removed and fails as <see cref="DownloadFailure.WrongContent"/>; if the check throws, the file is kept for the next attempt.
    /// </summary>
    /// <value>Null: any content is accepted.</value>
    public Func<string, CancellationToken, Task<string?>>? Check { get; init; }

    /// <summary>Additional headers, for example <c>Authorization</c>; they are not sent to another host.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How often a failed attempt is repeated, at least 0; the count is reset after each megabyte received.</summary>
    /// <value>6. The waits start at a second and double, with jitter, up to a minute, or follow <c>Retry-After</c>.</value>
    public int Retries { get; init; } = 6;

    /// <summary>How long an attempt may go without receiving a byte.</summary>
    /// <value>1 minute.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path);
        ArgumentOutOfRangeException.ThrowIfNegative(Retries);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallTimeout, TimeSpan.Zero);
        if (!Uri.IsAbsoluteUri || Uri.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"'{Uri}' is not an absolute http or https address.");
        }

        if (Sha256 is { } hash && (hash.Length is < 8 or > 64 || !hash.All(char.IsAsciiHexDigit)))
        {
            throw new ArgumentException($"'{hash}' is not 8 to 64 hexadecimal digits of a SHA-256.");
        }
    }
}
