namespace CoVR.Embedding.Folders;

/// <summary>One walk through a folder: first its own contents, then the targets of links.</summary>
internal sealed class FolderWalk(string folder, string scope, CancellationToken cancellationToken)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = false };

    private readonly SortedDictionary<MediaId, MediaItem> _items = [];
    private readonly SortedDictionary<string, int> _passedOver = new(StringComparer.Ordinal);
    private readonly List<string> _unreadable = [];
    private readonly HashSet<string> _realPaths = new(StringComparer.Ordinal);
    private readonly Queue<(string Path, string Relative, string Real)> _folders = new();
    private readonly PriorityQueue<string, string> _links = new(StringComparer.Ordinal);

    public FolderScan Run()
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        }

        var root = LinkResolver.RealPath(folder) ?? folder;
        _realPaths.Add(root);
        Enter(folder, "", root, isRoot: true);
        do
        {
            while (_folders.TryDequeue(out var next))
            {
                Enter(next.Path, next.Relative, next.Real, isRoot: false);
            }
        }
        while (FollowNextLink(root));

        return new FolderScan(folder, scope, [.. _items.Values], _passedOver) { Unreadable = _unreadable };
    }

    private void Enter(string path, string relative, string real, bool isRoot)
    {
        try
        {
            foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Visit(entry, Join(relative, entry.Name), Path.Combine(real, entry.Name));
            }
        }
        catch (Exception fault) when (!isRoot && fault is (UnauthorizedAccessException or IOException))
        {
            _unreadable.Add(Join(scope, relative));
            PassOver("unreadable folder");
        }
    }

    private void Visit(FileSystemInfo entry, string relative, string real)
    {
        if (entry.LinkTarget is not null)
        {
            _links.Enqueue(relative, relative);
        }
        else if (entry is DirectoryInfo)
        {
            if (_realPaths.Add(real))
            {
                _folders.Enqueue((entry.FullName, relative, real));
            }
        }
        else
        {
            Take((FileInfo)entry, relative, real);
        }
    }

    private bool FollowNextLink(string root)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_links.TryDequeue(out var relative, out _))
        {
            return false;
        }

        var path = Path.Combine(folder, relative);
        var real = LinkResolver.RealPath(path);
        if (real is not null && Directory.Exists(real))
        {
            if (!LinkResolver.IsWithin(root, real) && !LinkResolver.IsWithin(LinkResolver.RealPath(Path.GetDirectoryName(path)!)!, real) && _realPaths.Add(real))
            {
                _folders.Enqueue((path, relative, real));
            }
        }
        else if (real is not null && File.Exists(real))
        {
            Take(new FileInfo(real), relative, real);
        }
        else if (MediaFileTypes.Of(path).IsKnown)
        {
            PassOver("link that leads nowhere");
        }

        return true;
    }

    private void Take(FileInfo file, string relative, string real)
    {
        var type = MediaFileTypes.Of(relative);
        if (!type.IsKnown || !_realPaths.Add(real))
        {
            return;
        }

        // Pipes, sockets and devices hold no data of their own, and opening one could block forever.
        if (file.Length == 0 && SpecialFiles.KindOf(real) is { } special)
        {
            PassOver(special);
        }
        else if (type.NotReadYet is { } format)
        {
            PassOver($"{format} (not supported yet)");
        }
        else if (!type.IsAlsoOfPrograms || MediaFileTypes.IsTransportStream(real))
        {
            var id = new MediaId(Join(scope, relative));
            _items[id] = new MediaItem(id, MediaSource.FromFile(Path.Combine(folder, relative)))
            {
                Properties = new GalleryProperties { Kind = type.Kind, Source = Path.Combine(folder, relative), Size = file.Length, Modified = Microseconds(file.LastWriteTimeUtc) },
            };
        }
    }

    private void PassOver(string reason) => _passedOver[reason] = _passedOver.GetValueOrDefault(reason) + 1;

    // Galleries do not store times more precisely.
    private static DateTimeOffset Microseconds(DateTime time) => new(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)));

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
