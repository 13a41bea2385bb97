using CoVR.Data;

namespace CoVR.Reproduction.Embedding;

/// <summary>The stored embeddings of target captions that the loss term <c>si_tc</c> trains with: the reference's <c>txt2_{annotation}.pth</c>.</summary>
/// <remarks>
/// <see cref="TextEmbeddingJob"/> creates such a file from the column <c>txt2</c>. Pass the loaded embeddings to <c>CaptionEmbeddings</c> of the training's plan.
/// </remarks>
public static class CaptionEmbeddings
{
    /// <summary>Where the reference expects the file of a data set in the WebVid-CoVR layout: <c>{embedding folder}/txt2_{annotation}.pth</c> (<c>src/data/webvid_covr.py:303</c>).</summary>
    /// <param name="embeddingFolder">The folder of the targets' embeddings (<c>emb_dirs</c>).</param>
    /// <param name="annotations">The CSV file.</param>
    /// <returns>A path; the file need not exist.</returns>
    public static string PathIn(string embeddingFolder, string annotations)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(embeddingFolder);
        ArgumentException.ThrowIfNullOrWhiteSpace(annotations);
        return Path.Combine(embeddingFolder, $"txt2_{Path.GetFileNameWithoutExtension(annotations)}.pth");
    }

    /// <summary>Where the reference expects the file of CC-CoIR: beside the embedding folder (<c>src/data/cc_coir.py:273</c>).</summary>
    /// <param name="embeddingFolder">The folder of the targets' embeddings (<c>emb_dirs</c>).</param>
    /// <param name="annotations">The CSV file.</param>
    /// <returns>A path; the file need not exist.</returns>
    public static string PathBeside(string embeddingFolder, string annotations)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(embeddingFolder);
        var full = Path.GetFullPath(embeddingFolder);
        return PathIn(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(full)) ?? full, annotations);
    }

    /// <summary>Loads the captions of a data set from one file, or of merged data sets from the files of each.</summary>
    /// <param name="dataset">Every caption of a target in it must be in a file, exactly as annotated.</param>
    /// <param name="dimensions">The model's D; null to accept any.</param>
    /// <param name="paths">The files, at least one; if two contain a text, the first counts.</param>
    /// <returns>The embedding of every caption by its text.</returns>
    /// <exception cref="CaptionEmbeddingsException">A file is missing, is of another model, or captions are missing.</exception>
    /// <exception cref="CoVR.Modeling.CheckpointException">A file is damaged.</exception>
    /// <exception cref="GalleryException">A file holds something else.</exception>
    public static TextEmbeddings Load(TripletDataset dataset, int? dimensions, params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count, nameof(paths));
        TextEmbeddings[] files = [.. paths.Select(Read)];
        var expected = dimensions ?? files[0].Dimensions;
        if (Array.FindIndex(files, file => file.Dimensions != expected) is >= 0 and var other)
        {
            throw new CaptionEmbeddingsException(paths[other], $"its embeddings have {files[other].Dimensions} dimensions, expected {expected}: embed the captions with the model that you train.", []);
        }

        RequireCaptions(dataset, files, paths);
        return TextEmbeddings.Join(files);
    }

    private static TextEmbeddings Read(string path) => File.Exists(path)
        ? TextEmbeddings.Load(path)
        : throw new CaptionEmbeddingsException(path, "the file does not exist: embed the column txt2 of the annotation file with the model that you train.", []);

    private static void RequireCaptions(TripletDataset dataset, TextEmbeddings[] files, IReadOnlyList<string> paths)
    {
        if (dataset.Triplets.FirstOrDefault(triplet => triplet.TargetCaption is null) is { } bare)
        {
            throw new CaptionEmbeddingsException(paths[0], $"triplet {bare.Id} of {dataset.Name} has no caption of its target (txt2): si_tc cannot be trained on it.", []);
        }

        string[] missing =
        [
            .. dataset.Triplets.Select(triplet => triplet.TargetCaption!).Distinct(StringComparer.Ordinal)
                .Where(caption => !Array.Exists(files, file => file.ContainsKey(caption))).Order(StringComparer.Ordinal),
        ];
        if (missing.Length > 0)
        {
            throw new CaptionEmbeddingsException(
                string.Join(", ", paths),
                $"{missing.Length} captions of {dataset.Name} have no embedding, for example {string.Join(", ", missing.Take(3).Select(text => $"'{text}'"))}: was it made from another annotation file?",
                missing);
        }
    }
}

/// <summary>The stored embeddings of captions do not fit a data set.</summary>
/// <param name="file">The file, or files.</param>
/// <param name="reason">What is wrong and what to do.</param>
/// <param name="missing">Captions without an embedding; empty if that is not the fault.</param>
public sealed class CaptionEmbeddingsException(string file, string reason, IReadOnlyList<string> missing) : CoVRException($"{file}: {reason}")
{
    /// <summary>The file, or files.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong and what to do.</summary>
    public string Reason { get; } = reason;

    /// <summary>Every caption without an embedding, by code unit.</summary>
    public IReadOnlyList<string> Missing { get; } = missing;
}
