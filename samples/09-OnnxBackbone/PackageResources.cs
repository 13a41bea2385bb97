using System.Reflection;

namespace OnnxBackbone;

/// <summary>Files that an assembly holds as resources.</summary>
internal static class PackageResources
{
    /// <summary>Writes the resources of an assembly beside it, once.</summary>
    /// <returns>The path of the description.</returns>
    public static string Unpack(string assembly, string description)
    {
        var holder = Assembly.LoadFile(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (var name in holder.GetManifestResourceNames().Where(name => !File.Exists(Path.Combine(AppContext.BaseDirectory, name))))
        {
            var path = Path.Combine(AppContext.BaseDirectory, name);
            using (var from = holder.GetManifestResourceStream(name)!)
            using (var to = File.Create(path + ".part"))
            {
                from.CopyTo(to);
            }

            File.Move(path + ".part", path, overwrite: true);
        }

        return Path.Combine(AppContext.BaseDirectory, description);
    }
}
