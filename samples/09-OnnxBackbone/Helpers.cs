using System.Reflection;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;

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

/// <summary>A folder of one's own for those who have none: pictures of coloured shapes, with their captions beside them.</summary>
internal static class CaptionedWorld
{
    public static async Task<string> WriteAsync(string folder, int pictures)
    {
        var world = await SyntheticWorld.WriteAsync(folder, new SyntheticWorldOptions
        {
            TrainingItems = pictures, TrainingTriplets = pictures * 5, TestQueries = 1, ValidationQueries = 1, GalleryItems = 20, TrainingClips = 0, GalleryClips = 0,
        });
        var files = new WebVidCoVROptions();
        world.Configure(files);
        var reader = files.CreateReader();
        foreach (var triplet in (await reader.ReadAsync(DatasetSplit.Train)).Triplets)
        {
            await File.WriteAllTextAsync(Path.ChangeExtension(reader.Locate(triplet.Target!.Value).Path!, ".txt"), triplet.TargetCaption);
        }

        return world.MediaFolder;
    }
}
