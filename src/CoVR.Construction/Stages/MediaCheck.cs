using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Drops captions whose picture or video does not exist.</summary>
/// <param name="options">The folder of the media.</param>
/// <param name="work">The running stage.</param>
internal sealed class MediaCheck(CollectOptions options, StageWork work)
{
    /// <summary>Checks every item where a folder is given; finds the file of those that have only an identity.</summary>
    public void DropMissing(CancellationToken cancellationToken)
    {
        if (options.MediaFolder is not { } folder)
        {
            return;
        }

        if (!Directory.Exists(folder))
        {
            throw new ConstructionException($"Folder '{folder}'", "it does not exist; name the folder of the media.");
        }

        var root = Path.GetFullPath(folder);
        work.File.Execute("CREATE TEMP TABLE media (file VARCHAR)", cancellationToken);
        using (var rows = work.File.Append("media"))
        {
            foreach (var item in CaptionFolder.List(root))
            {
                rows.CreateRow().AppendValue(Relative(root, item.Source.Path!)).EndRow();
            }
        }

        work.File.Execute($"""
            UPDATE items SET path = file FROM (SELECT file, regexp_replace(file, '\.[^./]+$', '') AS stem FROM media) m WHERE path IS NULL AND id = stem;
            UPDATE items SET path = path[{root.Length + 2}:] WHERE starts_with(path, {Sql.Text(root + "/")});
            """, cancellationToken);
        work.Delete("missing media", "items", "path IS NULL OR path NOT IN (SELECT file FROM media)", "id", cancellationToken);
        work.File.Execute("DROP TABLE media", cancellationToken);
    }

    private static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
}
