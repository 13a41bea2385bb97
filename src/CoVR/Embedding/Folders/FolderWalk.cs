namespace CoVR.Embedding.Folders;

/// <summary>One walk through a folder: first its own contents, then the targets of links.</summary>
internal sealed class FolderWalk(string folder, string scope, IEnumerable<string> formats, CancellationToken cancellationToken)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System, IgnoreInaccessible = false };

    // By the text of the identity: collections of strings need no compiling at run time.
    private readonly Dictionary<string, MediaItem> _items = new(StringComparer.Ordinal);
    private readonly HashSet<string> _formats = [.. formats];
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

        foreach (var (id, reason) in MediaPairs.Find(_items.Values, cancellationToken))
        {
            _items.Remove(id.Value);
            PassOver(reason);
        }

        foreach (var item in _items.Values.Where(item => FormatNotRead(item) is not null).ToArray())
        {
            _items.Remove(item.Id.Value);
            PassOver($"{FormatNotRead(item)} (add CoVR.Media.Magick)");
        }

        string[] order = [.. _items.Keys];
        Array.Sort(order, StringComparer.Ordinal);
        return new FolderScan(folder, scope, [.. order.Select(id => _items[id])], _passedOver) { Unreadable = _unreadable };
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
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null)
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
            PassOver("broken link");
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
        else if (!type.IsAlsoOfPrograms || MediaFileTypes.IsTransportStream(real))
        {
            var id = new MediaId(Join(scope, relative));
            var path = Path.Combine(folder, relative);
            _items[id.Value] = new MediaItem(id, MediaSource.FromFile(path))
            {
                Properties = new GalleryProperties { Kind = type.Kind, Source = path, Size = file.Length, Modified = Microseconds(file.LastWriteTimeUtc) },
            };
        }
    }

    private string? FormatNotRead(MediaItem item) => MediaFileTypes.Of(item.Source.Path!).Format is { } format && !_formats.Contains(format) ? format : null;

    private void PassOver(string reason) => _passedOver[reason] = _passedOver.GetValueOrDefault(reason) + 1;

    // Galleries do not store times more precisely.
    private static DateTimeOffset Microseconds(DateTime time) => new(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)));

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
