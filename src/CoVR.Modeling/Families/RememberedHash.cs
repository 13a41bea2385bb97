using System.Security.Cryptography;
using System.Text;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Modeling.Families;

/// <summary>
/// The hash of a model's weights, remembered in the cache folder for its files as they are: by path, size, times and inode, so that a later start need not
/// compute it. Only for models whose weights all come from single files.
/// </summary>
internal sealed class RememberedHash
{
    private const string CacheName = "weights-hashes.json";
    private const int Digits = 64;
    private static readonly AsyncLocal<TimeProvider?> TestClock = new();

    private readonly IReadOnlyList<string> _paths;
    private readonly string _key;
    private readonly string _files;
    private readonly bool _isSettled;

    private RememberedHash(IReadOnlyList<string> paths, string model, IReadOnlyList<FileIdentity> files, TimeProvider time)
    {
        (_paths, _files) = (paths, Text(files));
        _key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join('\n', paths)}\n{model}")));
        _isSettled = files.All(file => file.IsSettled(time.GetUtcNow()));
    }

    /// <summary>The clock of this flow of execution, for tests whose files are new; null for the system's.</summary>
    internal static TimeProvider? Clock
    {
        get => TestClock.Value;
        set => TestClock.Value = value;
    }

    /// <summary>Looks at the files, before they are read.</summary>
    /// <param name="paths">The weights files.</param>
    /// <param name="model">All else that decides the weights: family, sizes, version of the code.</param>
    /// <returns>Null where one of them is no single file.</returns>
    public static RememberedHash? Of(IReadOnlyList<string> paths, string model)
    {
        FileIdentity[] files = [.. paths.Select(FileIdentity.Of).OfType<FileIdentity>()];
        return files.Length == paths.Count && files.Length > 0 && !paths.Any(path => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            ? new RememberedHash([.. paths.Select(System.IO.Path.GetFullPath)], model, files, Clock ?? TimeProvider.System)
            : null;
    }

    /// <summary>The first of the files.</summary>
    public string Path => _paths[0];

    /// <summary>The hash that an earlier process computed of the same files; null if none did.</summary>
    public string? Find() =>
        CacheFile.Read<string>(CacheName).GetValueOrDefault(_key) is { Length: > Digits } entry && entry.EndsWith(" " + _files, StringComparison.Ordinal) && entry[..Digits].All(char.IsAsciiHexDigitLower)
            ? entry[..Digits]
            : null;

    /// <summary>Whether the files are still those that were looked at.</summary>
    public bool IsCurrent() => Text([.. _paths.Select(FileIdentity.Of).OfType<FileIdentity>()]) == _files;

    /// <summary>Remembers the hash of weights that were read since, unless the files changed meanwhile or so shortly before that a change could go unnoticed.</summary>
    public void Remember(string hash)
    {
        if (_isSettled && IsCurrent())
        {
            CacheFile.Set(CacheName, _key, $"{hash} {_files}");
        }
    }

    private static string Text(IEnumerable<FileIdentity> files) => string.Join("; ", files.Select(file => file.Text));
}
