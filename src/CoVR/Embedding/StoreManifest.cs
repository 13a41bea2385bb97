using System.Text.Json;

namespace CoVR;

/// <summary>The file that says what a store holds: its format and the fingerprint of its embeddings.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">The version of the record layout.</param>
/// <param name="Fingerprint">What made the embeddings.</param>
internal sealed record StoreManifest(string Format, int Version, EmbeddingFingerprint Fingerprint)
{
    public const string FormatName = "covr-embeddings";
    public const int CurrentVersion = 1;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads a manifest; null when there is none.</summary>
    /// <exception cref="EmbeddingStoreException">It is damaged or of another version.</exception>
    public static StoreManifest? Read(string store, string path)
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
            throw new EmbeddingStoreException(store, $"its manifest is no valid JSON ({error.Message}).", error);
        }

        return manifest switch
        {
            { Format: FormatName, Version: CurrentVersion, Fingerprint: not null } => manifest,
            { Format: FormatName } => throw new EmbeddingStoreException(store, $"its format has version {manifest.Version}, this library reads version {CurrentVersion}."),
            _ => throw new EmbeddingStoreException(store, "its manifest is not that of an embedding store."),
        };
    }

    /// <summary>Writes the manifest whole or not at all.</summary>
    public void Write(string path)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, Json);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
