namespace CoVR.Reproduction.Configuration;

/// <summary>Paths of names within a tree: <c>model.ckpt.name</c>.</summary>
internal static class ConfigPath
{
    /// <summary>All named descendants of a node with their paths, maps included, in order.</summary>
    public static IEnumerable<(string Path, ConfigNode Node)> All(ConfigMap map, string prefix = "")
    {
        foreach (var (name, node) in map.Entries)
        {
            var path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            yield return (path, node);
            if (node is ConfigMap inner)
            {
                foreach (var below in All(inner, path))
                {
                    yield return below;
                }
            }
        }
    }

    /// <summary>The node that a text consisting only of <c>${a.b}</c> refers to; null otherwise.</summary>
    public static ConfigNode? FindReferred(ConfigMap root, string text) =>
        text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1
            ? Find(root, text[2..^1])
            : null;

    /// <summary>The node at a path, resolving references on the way; null if there is none.</summary>
    public static ConfigNode? Find(ConfigMap root, string path)
    {
        ConfigNode? node = root;
        foreach (var name in Split(path))
        {
            if (node is ConfigScalar { IsExpression: true, Value: string text })
            {
                node = FindReferred(root, text);
            }

            node = node switch
            {
                ConfigMap map => map.Entries.GetValueOrDefault(name),
                ConfigList list when int.TryParse(name, out var index) && index >= 0 && index < list.Items.Count => list.Items[index],
                _ => null,
            };
        }

        return node;
    }

    /// <summary>The names of a path; <c>a[b]</c> is <c>a.b</c>.</summary>
    public static string[] Split(string path) =>
        path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A sentence about a name that is not known, followed by the nearest known names where there are such.</summary>
    public static string Unknown(string sentence, string name, IEnumerable<string> known)
    {
        var near = OptionsFaults.Nearest(name, known.Distinct(StringComparer.Ordinal));
        return near.Count == 0 ? sentence : $"{sentence} Did you mean {string.Join(", ", near.Select(candidate => $"'{candidate}'"))}?";
    }
}
