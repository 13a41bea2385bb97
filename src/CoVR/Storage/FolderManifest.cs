using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace CoVR.Storage;

/// <summary>The file that records the format of a gallery's folder and the fingerprint of its embeddings.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">The version of the record layout; files may hold records of earlier versions.</param>
/// <param name="Fingerprint">What made the embeddings.</param>
internal sealed record FolderManifest(string Format, int Version, EmbeddingFingerprint Fingerprint)
{
    public const string FileName = "manifest.json";
    public const string FormatName = "covr-embeddings";

    /// <summary>1: entries only, failures in files of their own. 2: removals, failures, properties and order.</summary>
    public const int CurrentVersion = 2;
    private const long MostValues = 1 << 24;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, TypeInfoResolver = ManifestJson.Default };

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Reads a folder's manifest and compares its fingerprint; null when there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="expected">The expected fingerprint; null to accept any.</param>
    /// <exception cref="GalleryException">It is damaged, of a newer version, or the fingerprint differs.</exception>
    public static FolderManifest? Read(string folder, EmbeddingFingerprint? expected = null)
    {
        if (!File.Exists(PathIn(folder)))
        {
            return null;
        }

        var manifest = Parse(folder);
        return expected?.DifferencesFrom(manifest.Fingerprint) is { Count: > 0 } differences
            ? throw new GalleryException(
                folder,
                $"its embeddings were made differently from how this pipeline makes them. {string.Join("; ", differences)}. Use the model it was made with, or another folder.")
            : manifest;
    }

    /// <summary>As <see cref="Read"/>, for a folder that should have a manifest if it has segments.</summary>
    /// <exception cref="GalleryException">The manifest is missing beside segments, or as for <see cref="Read"/>.</exception>
    public static FolderManifest? Find(string folder, EmbeddingFingerprint? expected = null) => Read(folder, expected) ?? (SegmentFiles.In(folder) is [var segment, ..]
        ? throw new GalleryException(
            folder, $"{Path.GetFileName(segment.SegmentPath)} has no {FileName}, so it is unknown which model made it. Restore the manifest, or use another folder.")
        : null);

    /// <summary>The error of a folder without a manifest.</summary>
    public static GalleryException Missing(string folder) => new(folder, "there is no manifest: the folder holds no embeddings.");

    /// <summary>Makes sure that the folder has a manifest of this version with this fingerprint; the first of several writers wins.</summary>
    /// <exception cref="GalleryException">There is another fingerprint.</exception>
    public static void Establish(string folder, EmbeddingFingerprint fingerprint, ILogger logger)
    {
        var present = Read(folder, fingerprint);
        if (present?.Version == CurrentVersion)
        {
            return;
        }

        if (!TryWrite(folder, fingerprint, overwrite: present is not null))
        {
            Read(folder, fingerprint);
        }
        else if (present is not null)
        {
            logger.GalleryUpgraded(folder, present.Version, CurrentVersion);
        }
    }

    private static FolderManifest Parse(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<FolderManifest>(File.ReadAllBytes(PathIn(folder)), Json) switch
            {
                { Format: not FormatName } or null => throw new GalleryException(folder, "its manifest does not belong to a gallery."),
                { Version: < 1 or > CurrentVersion } other => throw new GalleryException(folder, $"its format has version {other.Version}, this library reads versions up to {CurrentVersion}."),
                { Fingerprint: null } => throw new GalleryException(folder, "its manifest does not record what made the embeddings."),
                { Fingerprint: { Vectors: var vectors, Dimensions: var dimensions } } when vectors < 1 || dimensions < 1 || (long)vectors * dimensions > MostValues =>
                    throw new GalleryException(folder, $"its manifest says that an embedding has {vectors} x {dimensions} numbers."),
                var manifest => manifest,
            };
        }
        catch (JsonException error)
        {
            throw new GalleryException(folder, $"its manifest is not valid JSON ({error.Message}).", error);
        }
    }

    /// <summary>Writes the manifest atomically; false if another writer was faster.</summary>
    private static bool TryWrite(string folder, EmbeddingFingerprint fingerprint, bool overwrite)
    {
        var temporary = $"{PathIn(folder)}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, new FolderManifest(FormatName, CurrentVersion, fingerprint), Json);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, PathIn(folder), overwrite);
            return true;
        }
        catch (IOException) when (!overwrite && File.Exists(PathIn(folder)))
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

/// <summary>Made by the compiler, so that a gallery opens without compiling at run time.</summary>
[JsonSerializable(typeof(FolderManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
