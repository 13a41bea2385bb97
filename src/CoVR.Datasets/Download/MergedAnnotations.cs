using System.Text;
using System.Text.Json;

namespace CoVR.Datasets.Download;

/// <summary>Joins JSON lists, as the reference's <c>merge_fiq_annotations.py</c> does: the result is equal to Python's byte for byte.</summary>
internal static class MergedAnnotations
{
    /// <summary>Makes the text of a joined list.</summary>
    public static async Task<byte[]> JoinAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        List<object> all = [];
        foreach (var file in files)
        {
            all.AddRange((await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false)).Select(entry => ValueOf(entry, entry.Value)));
        }

        return Encoding.UTF8.GetBytes(PythonJson.Write(all));
    }

    /// <summary>Writes a file beside its place and moves it there.</summary>
    public static async Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static object ValueOf(JsonEntry entry, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(item => ValueOf(entry, item)).ToList(),
        JsonValueKind.Object => value.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, ValueOf(entry, pair.Value))).ToList(),
        _ => throw entry.Fault($"found {JsonAnnotations.Kind(value.ValueKind)}, expected texts and numbers only."),
    };
}
