using System.Security.Cryptography;
using System.Text;
using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>Resolves a name without using the network.</summary>
internal sealed class CheckpointFinder(CheckpointOptions options)
{
    private static readonly string[] Endings = [".pth", ".pt", ".ckpt", ".bin", ".safetensors", ".json"];

    /// <summary>Finds the place of weights.</summary>
    /// <exception cref="CheckpointException">The name is unknown, or its weights do not fit.</exception>
    public CheckpointPlace Find(string name, string family, string variant)
    {
        if (File.Exists(name) || HoldsWeights(name))
        {
            return new CheckpointPlace(new ResolvedCheckpoint(Path.GetFullPath(name), Path.GetFileName(Path.TrimEndingDirectorySeparator(name))));
        }

        if (name.StartsWith(ModelHub.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return OnHub(ModelHub.Parse(name));
        }

        if (name.Contains("://", StringComparison.Ordinal))
        {
            return AtAddress(name);
        }

        return ReleasedCheckpoint.Find(name).Count == 0 && LooksLikePath(name)
            ? throw new CheckpointException(name, MissingFile(name, family))
            : InCatalog(name, family, variant);
    }

    private static bool HoldsWeights(string path) =>
        Directory.Exists(path) && (Directory.EnumerateFiles(path, "*.safetensors").Any() || Directory.EnumerateFiles(path, "*.index.json").Any());

    private static bool LooksLikePath(string name) =>
        name.Contains('/', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal) || name.StartsWith('.')
        || Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    private static string MissingFile(string name, string family)
    {
        if (Directory.Exists(name))
        {
            return "the folder holds no safetensors files and no index of shards.";
        }

        var stem = Path.GetFileNameWithoutExtension(name);
        ReleasedCheckpoint[] released = [.. ReleasedCheckpoint.Find(stem).Where(entry => family.Length == 0 || entry.Family == family)];
        var hint = released.Length > 0
            ? $" To download the released weights of this name, write {string.Join(" or ", released.Select(entry => $"'{entry.FullName}'"))}."
            : string.Empty;
        return $"there is no such file (looked for {Path.GetFullPath(name)}).{hint}";
    }

    private string Cached(params string[] parts) => Path.GetFullPath(Path.Combine([options.CacheFolder, "checkpoints", .. parts]));

    private CheckpointPlace OnHub(ModelHub file)
    {
        var path = Cached(["hub", Safe(file.Owner), Safe(file.Repository), Safe(file.Revision), .. file.File.Split('/').Select(Safe)]);
        return new CheckpointPlace(new ResolvedCheckpoint(path, $"{file.Owner}/{file.Repository}, {file.File}"), file.AddressAt(options.Hub));
    }

    private CheckpointPlace AtAddress(string name)
    {
        if (!Uri.TryCreate(name, UriKind.Absolute, out var address) || !(address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)))
        {
            throw new CheckpointException(name, $"weights are downloaded from https:// and {ModelHub.Scheme} addresses only.");
        }

        // Shards lie beside their index, so each remote folder gets a local folder of its own.
        var folder = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(new Uri(address, ".").AbsoluteUri)))[..16];
        var file = Safe(Uri.UnescapeDataString(address.Segments[^1]));
        return new CheckpointPlace(new ResolvedCheckpoint(Cached("url", Safe(address.Host), folder, file), $"{address.Host}, {file}"), address);
    }

    private CheckpointPlace InCatalog(string name, string family, string variant)
    {
        var entry = ReleasedCheckpoint.Get(name, family);
        if (variant.Length > 0 && !entry.Variants.Contains(variant, StringComparer.OrdinalIgnoreCase))
        {
            throw new CheckpointException(
                name, $"these weights are of the variant '{entry.Variants[0]}', and '{variant}' is asked for: set the option Variant to '{entry.Variants[0]}'.");
        }

        if (entry.ReferencePath is { } place && options.ReferenceFolder is { } folder && Path.GetFullPath(Path.Combine(folder, place)) is var path && File.Exists(path))
        {
            return new CheckpointPlace(new ResolvedCheckpoint(path, entry.Source, entry.License));
        }

        var address = entry.Uri is { Host: ModelHub.Host } onHub ? new Uri(options.Hub, onHub.AbsolutePath.TrimStart('/')) : entry.Uri;
        return new CheckpointPlace(
            new ResolvedCheckpoint(Cached(entry.Family, entry.FileName), entry.Source, entry.License),
            address ?? throw new CheckpointException(
                name,
                $"the reference names these weights, but nobody published them: train them, or give the path of your own file (it makes them at {entry.ReferencePath})."));
    }

    private static string Safe(string name)
    {
        var safe = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+' ? letter : '_'));
        return safe.All(letter => letter == '.') ? "weights" : safe;
    }
}

/// <summary>Where weights are and, unless they are a user's own file, where they come from.</summary>
/// <param name="Local">What the caller gets.</param>
/// <param name="Address">Where to download them; null if they are the user's own.</param>
internal sealed record CheckpointPlace(ResolvedCheckpoint Local, Uri? Address = null)
{
    private const string IndexEnding = ".index.json";

    /// <summary>Whether they are an index of shards, which lie beside it.</summary>
    public bool IsIndex => Local.Path.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether no download is needed, judging by which files exist.</summary>
    public bool IsThere => Address is null || File.Exists(Local.Path);
}
