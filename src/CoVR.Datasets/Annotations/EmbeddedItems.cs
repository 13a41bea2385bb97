namespace CoVR.Datasets;

/// <summary>The items of a folder that are embedded already; the folder is listed once, when it is first asked.</summary>
/// <param name="folder">A store or a tree; null for none. It need not exist.</param>
internal sealed class EmbeddedItems(string? folder)
{
    private HashSet<string>? _ids;

    /// <summary>Whether an item is embedded; in trees a file of that name in any folder counts.</summary>
    public bool Contains(string id) => folder is not null && LazyInitializer.EnsureInitialized(ref _ids, List).Contains(id);

    private HashSet<string> List()
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        try
        {
            var opened = EmbeddingFolder.Open(folder!);
            foreach (var id in opened.Items().Where(item => item.Damage is null).Select(item => item.Id?.Value).OfType<string>())
            {
                ids.Add(id);
                if (opened.Kind == EmbeddingFolderKind.PthTree)
                {
                    ids.Add(id[(id.LastIndexOf('/') + 1)..]);
                }
            }
        }
        catch (GalleryException)
        {
            // There are no embeddings yet, or whoever opens them to read says what is wrong with them.
        }

        return ids;
    }
}
