using System.Text.Json;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Media.Images;
using CoVR.Media.Sampling;
using CoVR.Reproduction.Embedding;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Data;

/// <summary>
/// Which pictures of a folder <c>ImageDataset</c> embeds, and which are left of a list when some are done. What it calls <c>delete</c> and embeds as
/// zeros is an item that fails here.
/// </summary>
public sealed class ImageDatasetParity : IParityCheck
{
    private const string Unreadable = "delete";

    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("ImageDataset", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        using var folder = new TemporaryFolder();
        var result = golden.OutputJson("result");
        var (ids, returned) = (Texts(result, "video_ids"), Texts(result, "returned_ids"));
        var pictures = WritePictures(folder["pictures"], Texts(golden.InputJson("files")), [.. ids.Where((_, i) => returned[i] == Unreadable)], golden.Config.GetProperty("image_size").GetInt32());

        var items = ReferenceFolders.Pictures.List(pictures);
        Assert.Equal(ids, items.Select(item => item.Id.Value));
        var reader = new MediaFrameReader(new SkiaImageDecoder());
        Assert.Equal(returned, items.Select(item => IsReadable(reader, item.Source) ? item.Id.Value : Unreadable));
        Assert.Equal(0, result.GetProperty("unreadable_sum").GetDouble());

        var store = new PthTreeGallery(folder["embeddings"], new EmbeddingFingerprint("parity", "", "", 1, 1), pictures: true);
        foreach (var done in Texts(result, "already_done"))
        {
            Await(store.WriteAsync(new MediaId(done), new EmbeddingSet(new float[1], 1, 1)));
        }

        var wanted = ReferenceFolders.Pictures.List(pictures, Texts(result, "todo_ids").Select(id => new MediaId(id)));
        Assert.Equal(
            Texts(result, "remaining_ids"),
            wanted.Where(item => File.Exists(((FileMedia)item.Source).Path) && !Await(store.ContainsAsync(item.Id))).Select(item => item.Id.Value));
    }

    private static string WritePictures(string folder, string[] names, string[] broken, int size)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in names)
        {
            if (broken.Contains(Path.GetFileNameWithoutExtension(name)))
            {
                File.WriteAllText(Path.Combine(folder, name), "no picture");
            }
            else
            {
                File.WriteAllBytes(Path.Combine(folder, name), MediaWriter.EncodePng(new RgbFrame(size, size, new byte[size * size * 3])));
            }
        }

        return folder;
    }

    private static bool IsReadable(MediaFrameReader reader, MediaSource source)
    {
        try
        {
            return Await(reader.ReadAsync(source, FrameSamplers.Middle, TestContext.Current.CancellationToken)).Count == 1;
        }
        catch (MediaReadException)
        {
            return false;
        }
    }

    private static void Await(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private static T Await<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private static string[] Texts(JsonElement result, string name) => Texts(result.GetProperty(name));

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(text => text.GetString()!)];
}
