namespace CoVR.Embedding;

/// <summary>Which files of a folder are items, and what they are called.</summary>
public sealed record MediaFolderOptions
{
    /// <summary>File extensions with their dot; of two files of one identity the one of the later extension is taken when <see cref="LaterExtensionWins"/>.</summary>
    public required IReadOnlyList<string> Extensions { get; init; }

    /// <summary>Whether <c>.JPG</c> is another extension than <c>.jpg</c>.</summary>
    /// <value>False by default.</value>
    public bool MatchCase { get; init; }

    /// <summary>How many folders deep the files lie: 0 for the folder itself; null for any depth.</summary>
    /// <value>Null by default.</value>
    public int? Depth { get; init; }

    /// <summary>What an item is called.</summary>
    /// <value>Its path below the folder, without extension, by default.</value>
    public MediaIdentity Identity { get; init; } = MediaIdentity.RelativePath;

    /// <summary>Whether two files of one identity are allowed.</summary>
    /// <value>False by default: they are an error.</value>
    public bool LaterExtensionWins { get; init; }

    /// <summary>Pictures of every usual kind, at any depth.</summary>
    public static MediaFolderOptions Pictures { get; } = new() { Extensions = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"] };

    /// <summary>Videos of every usual kind, at any depth.</summary>
    public static MediaFolderOptions Videos { get; } = new() { Extensions = [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"] };
}
