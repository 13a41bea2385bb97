namespace CoVR.Datasets.Download;

/// <summary>Where annotations go, and where they come from if not from their publishers.</summary>
public sealed class AnnotationDownloadOptions
{
    /// <summary>The working folder, in which <c>annotation/…</c> and <c>datasets/…</c> are made.</summary>
    /// <value>The current folder.</value>
    public string Folder { get; set; } = ".";

    /// <summary>A server that has all files under the same paths, such as <c>annotation/cirr/cap.rc2.val.json</c>: a mirror, or a colleague's folder.</summary>
    /// <value>Null: the publishers' addresses.</value>
    public Uri? BaseAddress { get; set; }

    /// <summary>Other addresses of single files, by file name or path; they go before <see cref="BaseAddress"/>.</summary>
    /// <value>None.</value>
    public IDictionary<string, Uri> Addresses { get; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    /// <summary>Whether files that are there and whole are downloaded and made again.</summary>
    /// <value>False.</value>
    public bool Overwrite { get; set; }

    /// <summary>The path of a file in <see cref="Folder"/>.</summary>
    internal string PathOf(string path) => Path.GetFullPath(Path.Combine([Folder, .. path.Split('/')]));

    /// <summary>The address from which a file is taken; null for one that is made.</summary>
    internal Uri? AddressOf(AnnotationFile file) =>
        file.Uri is null ? null
        : Addresses.TryGetValue(file.Path, out var own) || Addresses.TryGetValue(file.Name, out own) ? own
        : BaseAddress is { } mirror ? Under(mirror, file.Path)
        : file.Uri;

    /// <summary>The address of a path below another, whether that ends with a slash or not.</summary>
    internal static Uri Under(Uri folder, string path) =>
        new(new Uri(folder.AbsoluteUri.TrimEnd('/') + "/"), string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));

    /// <summary>Throws when options are invalid, with every fault in one message.</summary>
    internal void Validate()
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(Folder))
        {
            faults.Add("Folder is empty.");
        }

        if (BaseAddress is { } mirror && !IsWeb(mirror))
        {
            faults.Add($"BaseAddress is '{mirror}', which is no http or https address.");
        }

        foreach (var (name, address) in Addresses)
        {
            if (!AnnotationCatalog.All.Any(file => file.Uri is not null && (file.Path == name || file.Name == name)))
            {
                faults.Add($"Addresses names '{name}', which is no file of the catalogue.");
            }

            if (!IsWeb(address))
            {
                faults.Add($"Addresses['{name}'] is '{address}', which is no http or https address.");
            }
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"{nameof(AnnotationDownloadOptions)}: {string.Join(" ", faults)}");
        }
    }

    internal static bool IsWeb(Uri address) => address is { IsAbsoluteUri: true, Scheme: "http" or "https" };
}
