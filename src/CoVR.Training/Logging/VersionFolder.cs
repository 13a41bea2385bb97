using System.Globalization;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Training.Logging;

/// <summary>Numbered folders as Lightning's loggers create them: <c>version_0</c>, <c>version_1</c> and so on, a new one for every fresh run.</summary>
internal static class VersionFolder
{
    private const string Prefix = "version_";

    /// <summary>The folder of a run: a new one, or the last one if the run is resumed.</summary>
    internal static string Open(string root, bool fresh)
    {
        var last = Directory.Exists(root) ? Directory.GetDirectories(root, Prefix + "*").Select(Number).DefaultIfEmpty(-1).Max() : -1;
        var folder = Path.Combine(root, FormattableString.Invariant($"{Prefix}{Math.Max(0, fresh ? last + 1 : last)}"));
        Directory.CreateDirectory(folder);
        AtomicFile.RemoveUnfinished(folder, "*");
        return folder;
    }

    private static int Number(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
