using System.Text.Json;

namespace CoVR.Embedding;

/// <summary>The file that says what a store holds: its format and the fingerprint of its embeddings.</summary>
/// <param name="Format">The kind of store, <see cref="FormatName"/> for that of segments.</param>
/// <param name="Version">The version of the record layout.</param>
/// <param name="Fingerprint">What made the embeddings.</param>
internal sealed record StoreManifest(string Format, int Version, EmbeddingFingerprint Fingerprint)
{
    public const string FormatName = "covr-embeddings";
    public const int CurrentVersion = 1;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads a manifest; null when there is none.</summary>
    /// <exception cref="GalleryException">It is damaged or of another version.</exception>
    public static StoreManifest? Read(string store, string path, string format = FormatName)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        StoreManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<StoreManifest>(File.ReadAllBytes(path), Json);
        }
        catch (JsonException error)
        {
            throw new GalleryException(store, $"its manifest is no valid JSON ({error.Message}).", error);
        }

        return manifest switch
        {
            { Version: CurrentVersion, Fingerprint: not null } when manifest.Format == format => manifest,
            { } when manifest.Format == format => throw new GalleryException(store, $"its format has version {manifest.Version}, this library reads version {CurrentVersion}."),
            _ => throw new GalleryException(store, "its manifest is not that of an embedding store."),
        };
    }

    /// <summary>Compares a fingerprint with that of a manifest.</summary>
    /// <returns>False when there is no manifest.</returns>
    /// <exception cref="GalleryException">They differ, or the manifest is damaged.</exception>
    public static bool RequireSame(string store, string path, EmbeddingFingerprint fingerprint, string format = FormatName)
    {
        if (Read(store, path, format) is not { } manifest)
        {
            return false;
        }

        var differences = fingerprint.DifferencesFrom(manifest.Fingerprint);
        return differences.Count == 0
            ? true
            : throw new GalleryException(
                store,
                $"its embeddings were made otherwise than this pipeline makes them. {string.Join("; ", differences)}. "
                + "Use the model it was made with, or another folder.");
    }

    /// <summary>Writes a manifest unless there is one, and compares with what is there then: of several writers the first wins.</summary>
    public static void Establish(string store, string path, EmbeddingFingerprint fingerprint, string format = FormatName)
    {
        if (!RequireSame(store, path, fingerprint, format) && !new StoreManifest(format, CurrentVersion, fingerprint).TryWrite(path))
        {
            RequireSame(store, path, fingerprint, format);
        }
    }

    /// <summary>Writes the manifest whole or not at all; false when another writer was faster.</summary>
    private bool TryWrite(string path)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, this, Json);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
