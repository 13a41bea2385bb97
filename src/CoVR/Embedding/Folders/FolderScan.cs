namespace CoVR.Embedding.Folders;

/// <summary>A snapshot of the pictures and videos in a folder and its subfolders.</summary>
/// <remarks>
/// Every real file is listed once: under its own path if that lies in the folder, else under the first link to it. Links are never followed in
/// circles or to a folder above the scanned one. Only files whose extension is ambiguous (<c>.ts</c>, <c>.mts</c>) are opened.
/// Hidden files and folders are left out.
/// </remarks>
public sealed class FolderScan
{
    internal FolderScan(string folder, string scope, IReadOnlyList<MediaItem> items, IReadOnlyDictionary<string, int> passedOver) =>
        (Folder, Scope, Items, PassedOver) = (folder, scope, items, passedOver);

    /// <summary>The full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>The prefix of every identity, so that several folders can share a gallery; empty for none.</summary>
    public string Scope { get; }

    /// <summary>The files by identity: their path relative to the folder with forward slashes, after <see cref="Scope"/>. Source, kind, size and modification time are set.</summary>
    public IReadOnlyList<MediaItem> Items { get; }

    /// <summary>How many files and folders were left out, by kind in the singular, such as <c>pipe</c>; hidden files and files of other kinds are not counted.</summary>
    public IReadOnlyDictionary<string, int> PassedOver { get; }

    /// <summary>Scans a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="scope">The prefix of every identity; empty for none.</param>
    /// <param name="cancellationToken">Ends the scan at the next entry.</param>
    /// <returns>What is there.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder itself may not be read.</exception>
    public static Task<FolderScan> RunAsync(string folder, string scope = "", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(scope);
        // The system call may hang in a network folder; the caller goes on regardless.
        return Task.Run(() => new FolderWalk(Path.GetFullPath(folder), scope.Trim('/'), cancellationToken).Run(), cancellationToken).WaitAsync(cancellationToken);
    }

    /// <summary>Folders that could not be listed, as the identities of items in them begin.</summary>
    internal IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>Whether an identity is in the scope.</summary>
    internal bool Covers(MediaId id) => Scope.Length == 0 || id.Value.StartsWith(Scope + '/', StringComparison.Ordinal);

    /// <summary>The path of an item below the folder, with forward slashes.</summary>
    /// <param name="id">An identity of <see cref="Items"/>.</param>
    /// <returns>The identity without <see cref="Scope"/>.</returns>
    public string RelativePath(MediaId id) => Scope.Length == 0 ? id.Value : id.Value[(Scope.Length + 1)..];

    /// <summary>Lists what was left out.</summary>
    /// <returns>For example <c>4 HEIC (not supported yet), 2 pipes</c>; empty if nothing was.</returns>
    public string DescribePassedOver() => Describe(PassedOver);

    internal static string Describe(IReadOnlyDictionary<string, int> passedOver) => string.Join(", ", passedOver.Select(entry => $"{entry.Value} {entry.Key}{Plural(entry.Key, entry.Value)}"));

    private static string Plural(string kind, int count) => count == 1 || kind.EndsWith(')') || kind.Contains(" that ", StringComparison.Ordinal) ? "" : "s";
}
