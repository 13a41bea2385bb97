namespace CoVR.Downloads;

/// <summary>A file to be brought to this machine, and what is known of it.</summary>
/// <param name="Uri">An absolute <c>http</c> or <c>https</c> address.</param>
/// <param name="Path">Where the file shall be; folders are made. Until it is complete it is called <c>….part</c>.</param>
public sealed record DownloadRequest(Uri Uri, string Path)
{
    /// <summary>Bytes of the whole file.</summary>
    /// <value>Null: what the server says, which is compared with what comes.</value>
    public long? ExpectedBytes { get; init; }

    /// <summary>SHA-256 of the whole file, or its first digits (at least 8), hexadecimal.</summary>
    /// <value>Null: not compared.</value>
    public string? Sha256 { get; init; }

    /// <summary>Whether a web page (by its content type or its first bytes) is an error and not the file.</summary>
    /// <value>True: servers answer with pages that ask for a password or say that a file has gone.</value>
    public bool RefuseWebPages { get; init; } = true;

    /// <summary>Whether a file that is there is replaced, when the new one is complete.</summary>
    /// <value>False: it is kept.</value>
    public bool Replace { get; init; }

    /// <summary>
    /// Looks at the complete file before it gets its name: given its path for now, it returns null if it is what was wanted, else what is wrong.
    /// A wrong one is removed and fails as <see cref="DownloadFailure.WrongContent"/>; if the check throws, what came is kept.
    /// </summary>
    /// <value>Null: any content will do.</value>
    public Func<string, CancellationToken, Task<string?>>? Check { get; init; }

    /// <summary>Further headers, for example <c>Authorization</c>; they are not sent on to another host.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Takes the hash from a file name such as <c>blip-1a2b3c4d.pth</c>, PyTorch's convention.</summary>
    /// <param name="name">A file's name or path.</param>
    /// <returns>The digits after the last hyphen, if there are 8 to 64 of them; else null.</returns>
    public static string? Sha256InName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var stem = System.IO.Path.GetFileNameWithoutExtension(name);
        var digits = stem[(stem.LastIndexOf('-') + 1)..];
        return digits.Length < stem.Length && digits.Length is >= 8 and <= 64 && digits.All(char.IsAsciiHexDigitLower) ? digits : null;
    }
}
