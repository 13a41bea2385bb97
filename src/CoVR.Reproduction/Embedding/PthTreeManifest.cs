using System.Text.Json;

namespace CoVR.Reproduction.Embedding;

/// <summary>The file that says what made the embeddings of a tree.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">Always <see cref="CurrentVersion"/>.</param>
/// <param name="Fingerprint">What made the embeddings.</param>
internal sealed record PthTreeManifest(string Format, int Version, EmbeddingFingerprint Fingerprint)
{
    public const string FileName = "covr-tree.json";
    private const string FormatName = "covr-pth-tree";
    private const int CurrentVersion = 1;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static bool ExistsIn(string folder) => File.Exists(PathIn(folder));

    /// <summary>Reads a tree's fingerprint; null when the tree does not have one.</summary>
    /// <exception cref="GalleryException">The manifest is damaged or of another version.</exception>
    public static EmbeddingFingerprint? Read(string folder)
    {
        if (!ExistsIn(folder))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<PthTreeManifest>(File.ReadAllBytes(PathIn(folder)), Json) switch
            {
                { Format: FormatName, Version: CurrentVersion, Fingerprint: { } fingerprint } => fingerprint,
                { Format: FormatName } other => throw new GalleryException(folder, $"its format has version {other.Version}, but this library reads version {CurrentVersion}."),
                _ => throw new GalleryException(folder, "its manifest does not belong to an embedding tree."),
            };
        }
        catch (JsonException error)
        {
            throw new GalleryException(folder, $"its manifest is not valid JSON ({error.Message}).", error);
        }
    }

    /// <summary>Compares a fingerprint with that of the tree.</summary>
    /// <returns>False when the tree does not have one.</returns>
    /// <exception cref="GalleryException">They differ, or the manifest is damaged.</exception>
    public static bool RequireSame(string folder, EmbeddingFingerprint fingerprint) => Read(folder) is { } made
        && (fingerprint.DifferencesFrom(made) is { Count: > 0 } differences
            ? throw new GalleryException(
                folder,
                $"its embeddings were made differently from how this pipeline makes them. {string.Join("; ", differences)}. Use the model it was made with, or another folder.")
            : true);

    /// <summary>Writes a manifest unless there is one, and compares with what is there then: the first of several writers wins.</summary>
    public static void Establish(string folder, EmbeddingFingerprint fingerprint)
    {
        if (!RequireSame(folder, fingerprint) && !TryWrite(PathIn(folder), fingerprint))
        {
            RequireSame(folder, fingerprint);
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Writes the manifest atomically; false if another writer was faster.</summary>
    private static bool TryWrite(string path, EmbeddingFingerprint fingerprint)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, new PthTreeManifest(FormatName, CurrentVersion, fingerprint), Json);
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
