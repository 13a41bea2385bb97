using System.Diagnostics;
using System.Text;
using CoVR.Embedding;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Reproduction.Embedding;

/// <summary>Embeds texts into one file, <c>{"texts", "feats"}</c>, such as the captions of targets or the edits that frames are scored with.</summary>
/// <remarks>
/// <para>Duplicate texts count once; the file lists them in code point order, like the reference. What is embedded is
/// the cleaned text, cut to the model's <see cref="TextInput.CaptionLimit"/>; what is stored is the text as given.</para>
/// <para>Until the file is complete, finished batches lie beside it in <c>{file}.partial</c>: a killed job resumes from there, and
/// workers with shards share it. Batches are cut from a worker's whole list, so that a resumed job computes the same numbers.</para>
/// </remarks>
public sealed class TextEmbeddingJob
{
    // UTF-8 sorts by code points, as Python sorts text.
    internal static readonly Comparer<byte[]> CodePoints = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    private static readonly ActivitySource Activities = new("CoVR");

    private readonly IModelProvider _model;
    private readonly EmbeddingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates a job.</summary>
    /// <param name="model">Provides the model when a job starts.</param>
    /// <param name="options">Batch size and shard; null for the defaults.</param>
    /// <param name="time">The clock of progress; null for the system's.</param>
    /// <param name="logger">May be null.</param>
    public TextEmbeddingJob(IModelProvider model, EmbeddingOptions? options = null, TimeProvider? time = null, ILogger<TextEmbeddingJob>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? new EmbeddingOptions();
        OptionsFaults.ThrowIfAny(_options);
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<TextEmbeddingJob>.Instance;
    }

    /// <summary>Embeds this worker's share of the texts; the worker that finds all of them embedded writes the file.</summary>
    /// <param name="texts">At least one text; repeated ones count once.</param>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="progress">Receives progress after every batch; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly; finished batches are kept.</param>
    /// <returns>How many texts other workers still have to embed; 0 once the file is written.</returns>
    /// <exception cref="ArgumentException">There is no text.</exception>
    /// <exception cref="GalleryException">The partial results belong to another model.</exception>
    public async Task<int> EmbedAsync(IEnumerable<string> texts, string path, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string[] unique = [.. texts.Distinct(StringComparer.Ordinal).OrderBy(Encoding.UTF8.GetBytes, CodePoints)];
        if (unique.Length == 0)
        {
            throw new ArgumentException("There is no text to embed.", nameof(texts));
        }

        using var activity = Activities.StartActivity("covr.embed.texts");
        var model = await _model.GetAsync(cancellationToken).ConfigureAwait(false);
        var fingerprint = new EmbeddingFingerprint(
            model.Description.Name, model.Description.WeightsSha256, $"captions of {model.Description.Text.MaxWords} words, {model.Description.Text.CaptionLimit} tokens", 1, model.Encoder.Dimensions);
        var partial = path + ".partial";
        bool begun;
        await using (var gallery = new FolderGallery(partial, fingerprint, new FolderGalleryOptions { Segment = $"{_options.Shard.Index}-of-{_options.Shard.Count}" }))
        {
            await EmbedMissingAsync(model, gallery, unique, progress, cancellationToken).ConfigureAwait(false);
            begun = await gallery.CountAsync(cancellationToken: cancellationToken).ConfigureAwait(false) > 0;
        }

        var left = await FinishAsync(partial, fingerprint, unique, path, begun, cancellationToken).ConfigureAwait(false);
        if (left > 0)
        {
            Log.TextsLeft(_logger, left, partial);
        }

        return left;
    }

    /// <summary>Writes the file once nothing is left; of several workers that get here together, one writes it.</summary>
    private static async Task<int> FinishAsync(
        string partial, EmbeddingFingerprint fingerprint, string[] unique, string path, bool begun, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(partial) && begun)
        {
            return 0; // another worker has finished
        }

        FileStream? held = null;
        try
        {
            await using (var gallery = new FolderGallery(partial, fingerprint)) // again, to see what others embedded meanwhile
            {
                if (await CountMissingAsync(gallery, unique, cancellationToken).ConfigureAwait(false) is var left and > 0)
                {
                    return left;
                }

                held = new FileStream(Path.Combine(partial, "finish.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                (await CollectAsync(gallery, unique, cancellationToken).ConfigureAwait(false)).Save(path);
            }

            Directory.Delete(partial, recursive: true);
            return 0;
        }
        catch (Exception error) when (held is null && begun && error is (GalleryException or IOException or UnauthorizedAccessException))
        {
            return 0; // another worker is finishing
        }
        finally
        {
            held?.Dispose();
        }
    }

    private static async Task<int> CountMissingAsync(IGallery gallery, string[] unique, CancellationToken cancellationToken)
    {
        var missing = 0;
        foreach (var text in unique)
        {
            missing += await gallery.ContainsAsync(KeyOf(text), cancellationToken).ConfigureAwait(false) ? 0 : 1;
        }

        return missing;
    }

    private static MediaId KeyOf(string text) => new("text:" + text);

    private async Task EmbedMissingAsync(ComposedModel model, FolderGallery gallery, string[] unique, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        string[] mine = [.. unique.Where(text => _options.Shard.Contains(KeyOf(text)))];
        var (start, done, worked) = (_time.GetTimestamp(), 0, TimeSpan.Zero);
        foreach (var chunk in mine.Chunk(_options.BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var missing = new List<int>();
            for (var i = 0; i < chunk.Length; i++)
            {
                if (!await gallery.ContainsAsync(KeyOf(chunk[i]), cancellationToken).ConfigureAwait(false))
                {
                    missing.Add(i);
                }
            }

            if (missing.Count > 0)
            {
                var encoding = _time.GetTimestamp();
                var values = await Task.Run(() => Encode(model, chunk), cancellationToken).ConfigureAwait(false);
                worked += _time.GetElapsedTime(encoding);
                var dimensions = model.Encoder.Dimensions;
                GalleryEntry[] entries = [.. missing.Select(i => new GalleryEntry(KeyOf(chunk[i]), new EmbeddingSet(values.AsMemory(i * dimensions, dimensions), 1, dimensions)))];
                await gallery.UpsertAsync(entries, CancellationToken.None).ConfigureAwait(false);
            }

            done += chunk.Length;
            var elapsed = _time.GetElapsedTime(start);
            progress?.Report(new JobProgress(done, mine.Length, 0, elapsed) { ModelBusy = worked == TimeSpan.Zero ? null : Math.Min(1, worked / elapsed) });
        }
    }

    private static float[] Encode(ComposedModel model, string[] texts)
    {
        NativeTorch.EnsureLoaded();
        var values = model.EncodeCaptions(texts);
        var bad = Array.FindIndex(values, value => !float.IsFinite(value));
        return bad < 0 ? values : throw new ArithmeticException($"The model's embedding of the text '{texts[bad / model.Encoder.Dimensions]}' holds NaN or infinity.");
    }

    private static async Task<TextEmbeddings> CollectAsync(IGallery gallery, string[] unique, CancellationToken cancellationToken)
    {
        var dimensions = (await gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false)).Fingerprint.Dimensions;
        var values = new float[checked(unique.Length * dimensions)];
        for (var row = 0; row < unique.Length; row++)
        {
            var entry = await gallery.GetAsync([KeyOf(unique[row])], cancellationToken).ConfigureAwait(false) is [var found]
                ? found
                : throw new KeyNotFoundException($"'{unique[row]}' vanished from the partial results.");
            entry.Embedding.Values.Span.CopyTo(values.AsSpan(row * dimensions));
        }

        return new TextEmbeddings(unique, values, dimensions);
    }
}
