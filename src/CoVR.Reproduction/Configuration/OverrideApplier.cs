using CoVR.Storage;

namespace CoVR.Reproduction.Configuration;

/// <summary>Sets, adds or removes one value of a composed tree.</summary>
internal static class OverrideApplier
{
    /// <summary>Applies an override.</summary>
    /// <exception cref="ConfigurationException">The name does not exist (without <c>+</c>) or exists already (with <c>+</c>).</exception>
    public static void Apply(ConfigMap root, ConfigOverride change, IEnumerable<string> groups, ConfigRuntime runtime)
    {
        var names = change.Key.Split('.');
        var parent = root;
        for (var i = 0; i < names.Length - 1; i++)
        {
            parent = Descend(root, parent, names, i, change, groups);
        }

        var (name, exists) = (names[^1], parent.Entries.ContainsKey(names[^1]));
        switch (change.Kind)
        {
            case OverrideKind.Remove when exists:
                RequireValue(new ConfigResolver(root, runtime).Resolve(parent.Entries[name], change.Key), change);
                parent.Entries.Remove(name);
                return;
            case OverrideKind.Add when exists:
                throw new ConfigurationException(change.Origin, $"'{change.Key}' exists already; omit the + to change it.");
            case OverrideKind.Change or OverrideKind.Remove when !exists:
                throw Unknown(root, change, groups);
        }

        var value = ArgumentValue.Parse(change.Text ?? "", change.Origin);
        if (value is ConfigMap above && parent.Entries.GetValueOrDefault(name) is ConfigMap below)
        {
            below.Merge(above);
        }
        else
        {
            parent.Entries[name] = value;
        }
    }

    /// <summary>What is taken out with a value (<c>~a=1</c>) has to have it.</summary>
    private static void RequireValue(ConfigNode node, ConfigOverride change)
    {
        if (change.Text is { } text && !Same(node.ToValue(), ArgumentValue.Parse(text, change.Origin).ToValue()))
        {
            throw new ConfigurationException(change.Origin, $"'{change.Key}' is {ConfigJson.Line(node)}, not {text}; ~{change.Key} removes it whatever its value.");
        }
    }

    // As Python compares: 1, 1.0 and True are equal.
    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (IReadOnlyList<object?> some, IReadOnlyList<object?> others) => some.Count == others.Count && some.Zip(others).All(pair => Same(pair.First, pair.Second)),
        (IReadOnlyDictionary<string, object?> some, IReadOnlyDictionary<string, object?> others) =>
            some.Count == others.Count && some.All(entry => others.TryGetValue(entry.Key, out var other) && Same(entry.Value, other)),
        (string or null, _) or (_, string or null) => Equals(left, right),
        (IConvertible some, IConvertible others) => some.ToDouble(null).Equals(others.ToDouble(null)),
        _ => Equals(left, right),
    };

    private static ConfigMap Descend(ConfigMap root, ConfigMap parent, string[] names, int at, ConfigOverride change, IEnumerable<string> groups)
    {
        switch (parent.Entries.GetValueOrDefault(names[at]))
        {
            case ConfigMap map:
                return map;

            // paths.datasets_dir=…, where paths is ${machine.paths}: the value is set at its real place.
            case ConfigScalar { IsExpression: true, Value: string text } when ConfigPath.FindReferred(root, text) is ConfigMap referred:
                return referred;
            default:
                if (change.Kind is not (OverrideKind.Add or OverrideKind.Force))
                {
                    throw Unknown(root, change, groups);
                }

                var made = new ConfigMap(change.Origin);
                parent.Entries[names[at]] = made;
                return made;
        }
    }

    private static ConfigurationException Unknown(ConfigMap root, ConfigOverride change, IEnumerable<string> groups)
    {
        if (change.Key.StartsWith("hydra", StringComparison.Ordinal))
        {
            return new ConfigurationException(change.Origin, "of Hydra's own settings, only hydra.run.dir, the run folder, and hydra.sweep.dir, that of covr train -m, are supported.");
        }

        var paths = ConfigPath.All(root).Select(pair => pair.Path).ToList();
        var last = change.Key[(change.Key.LastIndexOf('.') + 1)..];
        var sameName = paths.Where(path => path.EndsWith("." + last, StringComparison.Ordinal)).Take(3).ToList();
        var sentence = $"there is no '{change.Key}' to change{(change.Key.Contains('.', StringComparison.Ordinal) ? "" : ", and no such group")}.";
        var message = sameName.Count > 0
            ? $"{sentence} Did you mean {string.Join(", ", sameName.Select(path => $"'{path}'"))}?"
            : ConfigPath.Unknown(sentence, change.Key, change.Key.Contains('.', StringComparison.Ordinal) ? paths : paths.Concat(groups));
        return new ConfigurationException(change.Origin, $"{message} To add a new name: +{change.Key}=…; all names: --show-config.");
    }
}
