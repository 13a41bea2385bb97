using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace CoVR.Cli.Configuration;

/// <summary>A composed tree as a source of Microsoft.Extensions.Configuration: <c>trainer.max_epochs</c> is the key <c>trainer:max_epochs</c>.</summary>
/// <param name="tree">The tree, references followed.</param>
internal sealed class ComposedConfigurationSource(ConfigMap tree) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(tree);

    private sealed class Provider(ConfigMap tree) : ConfigurationProvider
    {
        public override void Load() => Add(tree, "");

        private void Add(ConfigNode node, string path)
        {
            switch (node)
            {
                case ConfigMap map:
                    foreach (var (name, inner) in map.Entries)
                    {
                        Add(inner, path.Length == 0 ? name : ConfigurationPath.Combine(path, name));
                    }

                    break;
                case ConfigList list:
                    for (var i = 0; i < list.Items.Count; i++)
                    {
                        Add(list.Items[i], ConfigurationPath.Combine(path, i.ToString(CultureInfo.InvariantCulture)));
                    }

                    break;
                case ConfigScalar { Value: var value }:
                    Data[path] = value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);
                    break;
            }
        }
    }
}
