using CoVR.Retrieval;

namespace CoVR.PgVector.Storage;

/// <summary>An entry as it is stored.</summary>
/// <param name="Key">See <see cref="ItemKey"/>.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Embedding">The mean vector.</param>
/// <param name="Numbers">All numbers; null where the mean vector is all.</param>
/// <param name="Tokens">The pooled vectors that a search compares; null where they are the mean vector or all numbers.</param>
internal sealed record ItemRow(Guid Key, GalleryEntry Entry, object Embedding, byte[]? Numbers, byte[]? Tokens)
{
    private static readonly float Largest = (float)Half.MaxValue;

    /// <summary>Prepares an entry; what cannot be stored is a <see cref="GalleryException"/>.</summary>
    public static ItemRow Of(GalleryEntry entry, GalleryRow gallery, PostgresGalleryOptions options)
    {
        RequireTexts(entry, gallery.Address);
        var pooled = options.Pooling.Pool(entry.Embedding);
        var mean = Storage.Numbers.MeanOf(pooled);
        var half = gallery.HalfPrecision;
        var all = entry.Embedding.Values.Span;
        if ((FaultOf(all, half) ?? FaultOf(mean.Values.Span, half)) is { } fault)
        {
            throw new GalleryException(gallery.Address, $"'{entry.Id}' has {fault}") { Id = entry.Id };
        }

        var pools = entry.Embedding.Frames > 1 && !options.Similarity.PoolsFrames && options.Similarity != Similarities.MeanPooled;
        return new ItemRow(
            ItemKey.Of(entry.Id),
            entry,
            Storage.Numbers.ToVector(mean.Values, half),
            all.SequenceEqual(mean.Values.Span) ? null : Storage.Numbers.ToBytes(all, half),
            pools ? Storage.Numbers.ToBytes(pooled.Values.Span, half) : null);
    }

    public static GalleryException NotStorable(string address, MediaId id, string what)
    {
        var shown = string.Concat(id.Value.Select(letter => letter == '\0' ? "\\0" : char.IsSurrogate(letter) ? "\uFFFD" : $"{letter}"));
        return new GalleryException(address, $"'{shown}' has a NUL or half of a surrogate pair in its {what}, which PostgreSQL cannot store. Change the {what}.") { Id = id };
    }

    private static string? FaultOf(ReadOnlySpan<float> values, bool half)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                return "an embedding whose mean is not finite: it cannot be ranked. Embed the item again.";
            }

            if (half && MathF.Abs(value) > Largest)
            {
                return $"the value {value}, more than 16 bits hold ({Largest}). Make the gallery without {nameof(PostgresGalleryOptions.HalfPrecision)}.";
            }
        }

        return null;
    }

    private static void RequireTexts(GalleryEntry entry, string address)
    {
        var properties = entry.Properties;
        IEnumerable<(string Name, string? Text)> texts =
        [
            ("identity", entry.Id.Value), ("source", properties.Source), ("content hash", properties.ContentHash), ("camera", properties.Camera),
            ("location", properties.Location), ("owner", properties.Owner), .. properties.Tags.Select(tag => ("tag", (string?)tag)),
            .. properties.Metadata.SelectMany(pair => new (string, string?)[] { ("metadata", pair.Key), ("metadata", pair.Value) }),
        ];
        foreach (var (name, text) in texts)
        {
            if (text is not null && !ItemKey.IsStorable(text))
            {
                throw NotStorable(address, entry.Id, name);
            }
        }
    }
}
