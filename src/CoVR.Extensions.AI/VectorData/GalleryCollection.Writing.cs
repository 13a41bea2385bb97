#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.VectorData;

internal sealed partial class GalleryCollection<TKey, TRecord>
{
    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// All records become visible at once, unless some carry media to embed. A record without a vector keeps the one that is stored; what the record type does not have,
    /// such as frame times, stays too. Of several records with one key the last counts.
    /// </remarks>
    public override Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var named = records.GroupBy(record => _mapper.IdOf(_mapper.KeyOf(record))).ToDictionary(same => same.Key, same => same.Last());
        return GuardAsync("Upsert", async () =>
        {
            if (named.Count > 0)
            {
                await WriteAsync(named, cancellationToken).ConfigureAwait(false);
            }

            return true;
        });
    }

    private async Task WriteAsync(Dictionary<MediaId, TRecord> records, CancellationToken cancellationToken)
    {
        var info = await _parts.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        RequireDimensions(info);
        var stored = (await _parts.Gallery.GetAsync(records.Keys, cancellationToken).ConfigureAwait(false)).ToDictionary(entry => entry.Id);
        var vectors = await VectorsAsync(records, cancellationToken).ConfigureAwait(false);
        List<GalleryEntry> entries = [];
        List<MediaItem> media = [];
        foreach (var (id, record) in records)
        {
            var known = stored.GetValueOrDefault(id);
            var properties = _mapper.PropertiesOf(record, known?.Properties ?? GalleryProperties.None);
            if (vectors.TryGetValue(id, out var numbers))
            {
                entries.Add(new GalleryEntry(id, EmbeddingOf(id, numbers, info.Fingerprint)) { Properties = properties });
            }
            else if (Vector?.GetValueAsObject(record) is DataContent content && MediaOf(id, content, properties) is var item && item.Properties.ContentHash != known?.Properties.ContentHash)
            {
                media.Add(item);
            }
            else
            {
                entries.Add((known ?? throw Failed("Upsert", $"The record '{id}' is new and has no vector. Set {Vector?.ModelName ?? "a vector property"}, or embed the item first.", null)) with
                {
                    Properties = properties with { ContentHash = properties.ContentHash ?? known.Properties.ContentHash },
                });
            }
        }

        await EmbedAsync(media, cancellationToken).ConfigureAwait(false);
        await _parts.Gallery.UpsertAsync(entries, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The numbers that records carry, or that the host's generator makes of what they carry.</summary>
    private async Task<Dictionary<MediaId, ReadOnlyMemory<float>>> VectorsAsync(Dictionary<MediaId, TRecord> records, CancellationToken cancellationToken)
    {
        if (Vector is not { } vector || vector.Type == typeof(DataContent) && vector.EmbeddingType == vector.Type)
        {
            return [];
        }

        var values = records.Select(record => (Id: record.Key, Value: vector.GetValueAsObject(record.Value))).Where(record => record.Value is not null).ToArray();
        if (vector.EmbeddingType == vector.Type)
        {
            return values.Select(value => (value.Id, Numbers: RecordMapper<TRecord>.NumbersOf(value.Value)!.Value)).Where(value => value.Numbers.Length > 0).ToDictionary();
        }

        if (values.Length == 0)
        {
            return [];
        }

        var made = await vector.GenerateEmbeddingsAsync(values.Select(value => value.Value), cancellationToken).ConfigureAwait(false);
        return values.Zip(made, (value, embedding) => (value.Id, ((Embedding<float>)embedding).Vector)).ToDictionary();
    }

    private EmbeddingSet EmbeddingOf(MediaId id, ReadOnlyMemory<float> numbers, EmbeddingFingerprint fingerprint) =>
        numbers.Length == fingerprint.Vectors * fingerprint.Dimensions
            ? new EmbeddingSet(numbers.ToArray(), fingerprint.Vectors, fingerprint.Dimensions)
            : throw Failed("Upsert", $"The vector of '{id}' has {numbers.Length} numbers, the gallery's model '{fingerprint.Model}' has {fingerprint.Vectors * fingerprint.Dimensions}. Embed it with that model.", null);

    private static MediaItem MediaOf(MediaId id, DataContent content, GalleryProperties properties) => new(id, SourceOf(content))
    {
        Properties = properties with { ContentHash = Convert.ToHexStringLower(SHA256.HashData(content.Data.Span)), Size = content.Data.Length },
    };

    private static MediaSource SourceOf(DataContent content) => MediaSource.FromStream(
        content.Name ?? content.MediaType, _ => ValueTask.FromResult<Stream>(new MemoryStream(content.Data.ToArray(), writable: false)));

    private async Task EmbedAsync(List<MediaItem> media, CancellationToken cancellationToken)
    {
        if (media.Count == 0)
        {
            return;
        }

        var job = _parts.Job ?? throw Failed("Upsert", "There is no pipeline that embeds pictures and videos here. Give the records vectors.", null);
        var missing = media.ToDictionary(item => item.Id, _ => default(Exception));
        await foreach (var outcome in job.EmbedAsync(media, progress: null, cancellationToken).ConfigureAwait(false))
        {
            missing[outcome.Id] = outcome.Failure;
            if (outcome.Status is EmbedStatus.Embedded or EmbedStatus.AlreadyThere)
            {
                missing.Remove(outcome.Id);
            }
        }

        if (missing.Count > 0)
        {
            var (id, failure) = missing.First();
            throw Failed("Upsert", $"{missing.Count} of {media.Count} records could not be embedded, among them '{id}': {failure?.Message ?? "it belongs to another shard of the pipeline."}", failure);
        }
    }
}
