namespace CoVR.Reproduction.Configuration;

/// <summary>
/// Resolves references: <c>${model.ckpt.name}</c> from the root, <c>${.name}</c> beside the value, <c>${oc.env:NAME,default}</c>,
/// <c>${hydra:runtime.cwd}</c> and <c>${hydra:runtime.output_dir}</c>. A value that is a single reference keeps the type of its target; within text the value is
/// written as Python writes it.
/// </summary>
internal sealed class ConfigResolver(ConfigMap root, ConfigRuntime runtime)
{
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);

    /// <summary>The node at a path with every reference within it replaced.</summary>
    /// <exception cref="ConfigurationException">A reference cannot be resolved or is circular, or a required value is missing.</exception>
    public ConfigNode Resolve(ConfigNode node, string path)
    {
        switch (node)
        {
            case ConfigMap map:
                var resolved = new ConfigMap(map.Origin);
                foreach (var (name, inner) in map.Entries)
                {
                    resolved.Entries[name] = Resolve(inner, path.Length == 0 ? name : $"{path}.{name}");
                }

                return resolved;
            case ConfigList list:
                return new ConfigList(list.Items.Select((item, i) => Resolve(item, $"{path}.{i}")), list.Origin);
            case ConfigScalar { Value: ConfigScalar.Missing }:
                throw new ConfigurationException(node.Origin, $"'{path}' must be set: {path}=…");
            case ConfigScalar { IsExpression: true, Value: string text }:
                return Expression(text, node.Origin, path);
            default:
                return node;
        }
    }

    private ConfigNode Expression(string text, ConfigOrigin origin, string path)
    {
        if (!_open.Add(path))
        {
            throw new ConfigurationException(origin, $"'{path}' refers to itself: {text}");
        }

        try
        {
            var pieces = ExpressionText.Pieces(text);
            return pieces is [{ IsReference: true } only]
                ? Reference(only.Text, origin, path)
                : new ConfigScalar(string.Concat(pieces.Select(piece => piece.IsReference ? Text(piece.Text, origin, path) : piece.Text)), origin);
        }
        catch (FormatException fault)
        {
            throw new ConfigurationException(origin, fault.Message, fault);
        }
        finally
        {
            _open.Remove(path);
        }
    }

    private string Text(string reference, ConfigOrigin origin, string path) =>
        Reference(reference, origin, path) is ConfigScalar scalar
            ? PythonLiteral.Of(scalar.Value)
            : throw new ConfigurationException(origin, $"'${{{reference}}}' in '{path}' is not a single value.");

    private ConfigNode Reference(string inside, ConfigOrigin origin, string path)
    {
        var text = inside.Contains("${", StringComparison.Ordinal)
            ? string.Concat(ExpressionText.Pieces(inside).Select(piece => piece.IsReference ? Text(piece.Text, origin, path) : piece.Text))
            : inside;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? Node(text.Trim(), origin, path) : Function(text[..colon].Trim(), text[(colon + 1)..].Trim(), origin, path);
    }

    private ConfigNode Node(string reference, ConfigOrigin origin, string path)
    {
        var target = Absolute(reference, path);
        var (node, place) = Locate(target, origin, path);
        return Resolve(node, place);
    }

    /// <summary>The node at a path and its real place: a reference on the way (paths: ${machine.paths}) is followed, but nothing below is resolved yet.</summary>
    private (ConfigNode Node, string Path) Locate(string target, ConfigOrigin origin, string path)
    {
        (ConfigNode Node, string Path) at = (root, "");
        foreach (var name in ConfigPath.Split(target))
        {
            if (at.Node is ConfigScalar { IsExpression: true, Value: string text } && ExpressionText.Pieces(text) is [{ IsReference: true } only] && !only.Text.Contains(':', StringComparison.Ordinal))
            {
                if (!_followed.Add(at.Path))
                {
                    throw new ConfigurationException(at.Node.Origin, $"'{at.Path}' refers to itself: {text}");
                }

                var from = at.Path;
                at = Locate(Absolute(only.Text.Trim(), from), at.Node.Origin, from);
                _followed.Remove(from);
            }

            var next = at.Node switch
            {
                ConfigMap map => map.Entries.GetValueOrDefault(name),
                ConfigList list when int.TryParse(name, out var index) && index >= 0 && index < list.Items.Count => list.Items[index],
                _ => null,
            };
            at = next is null
                ? throw new ConfigurationException(origin, ConfigPath.Unknown($"'{path}' refers to '{target}', which does not exist.", target, ConfigPath.All(root).Select(pair => pair.Path)))
                : (next, at.Path.Length == 0 ? name : $"{at.Path}.{name}");
        }

        return at;
    }

    private static string Absolute(string reference, string path)
    {
        var dots = reference.TakeWhile(letter => letter == '.').Count();
        var names = path.Split('.');
        return dots == 0 ? reference : string.Join('.', names[..Math.Max(0, names.Length - dots)].Append(reference[dots..]));
    }

    private ConfigScalar Function(string name, string arguments, ConfigOrigin origin, string path) => (name, arguments) switch
    {
        ("oc.env", _) => Environment(arguments, origin, path),
        ("hydra", "runtime.cwd") => new ConfigScalar(runtime.WorkingFolder, origin),
        ("hydra", "runtime.output_dir") => new ConfigScalar(OutputFolder(origin), origin),
        _ => throw new ConfigurationException(origin, $"'{path}' uses ${{{name}:{arguments}}}; supported are ${{oc.env:NAME}}, ${{oc.env:NAME,default}}, ${{hydra:runtime.cwd}} and ${{hydra:runtime.output_dir}}."),
    };

    private ConfigScalar Environment(string arguments, ConfigOrigin origin, string path)
    {
        var comma = arguments.IndexOf(',', StringComparison.Ordinal);
        var name = (comma < 0 ? arguments : arguments[..comma]).Trim();
        if (runtime.Environment(name) is { } value)
        {
            return new ConfigScalar(value, origin);
        }

        return comma < 0
            ? throw new ConfigurationException(origin, $"'{path}' reads the environment variable {name}, which is not set.")
            : new ConfigScalar(ScalarText.FromArgument(arguments[(comma + 1)..].Trim()) is { } typed ? PythonLiteral.Of(typed).Trim('"', '\'') : null, origin);
    }

    private string OutputFolder(ConfigOrigin origin) =>
        ConfigPath.Find(root, "hydra.run.dir") is { } folder && Resolve(folder, "hydra.run.dir") is ConfigScalar { Value: string text }
            ? Path.GetFullPath(text.Contains('\0', StringComparison.Ordinal) ? throw new ConfigurationException(origin, "hydra.run.dir holds a zero character, which no path has.") : text, runtime.WorkingFolder)
            : throw new ConfigurationException(origin, "hydra.run.dir, the run folder, is missing.");
}
