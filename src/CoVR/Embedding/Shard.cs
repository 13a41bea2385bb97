using System.ComponentModel;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace CoVR.Embedding;

/// <summary>A worker's part of a job: shard <c>Index</c> of <c>Count</c>, written <c>0/8</c>.</summary>
/// <remarks>
/// An item belongs to the shard <c>XxHash64(identity in UTF-8) mod Count</c>: the same on every machine and at any time,
/// whatever else is in the folder and whatever is already done, so workers may start at any time.
/// </remarks>
[TypeConverter(typeof(ShardConverter))]
public readonly record struct Shard : IParsable<Shard>
{
    private readonly int _count;

    /// <summary>Creates a shard.</summary>
    /// <param name="index">Zero-based, like the reference's <c>--shard_id</c>.</param>
    /// <param name="count">How many there are, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below the count.</exception>
    public Shard(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        (Index, _count) = (index, count);
    }

    /// <summary>The only shard of an undivided job.</summary>
    public static Shard Whole => default;

    /// <summary>Zero-based.</summary>
    public int Index { get; }

    /// <summary>How many shards there are.</summary>
    public int Count => _count == 0 ? 1 : _count;

    /// <summary>Whether the job is undivided.</summary>
    public bool IsWhole => Count == 1;

    /// <summary>The name of the shard's segment in a store; empty for an undivided job.</summary>
    internal string SegmentName => IsWhole ? "" : $"{Index}-of-{Count}";

    /// <summary>Whether an item belongs to this shard.</summary>
    /// <param name="id">The item.</param>
    /// <returns>True in exactly one of the shards.</returns>
    public bool Contains(MediaId id) => IsWhole || XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(id.Value)) % (ulong)Count == (ulong)Index;

    /// <summary>Whether a row of a file belongs to this shard: rows are dealt round robin.</summary>
    /// <param name="row">Zero-based.</param>
    /// <returns>True in exactly one of the shards.</returns>
    public bool ContainsRow(long row) => row % Count == Index;

    /// <summary>Reads <c>index/count</c>.</summary>
    /// <param name="s">For example <c>0/8</c>.</param>
    /// <param name="provider">Not used.</param>
    /// <returns>The shard.</returns>
    /// <exception cref="FormatException">The text is not a shard.</exception>
    public static Shard Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var shard) ? shard : throw new FormatException($"'{s}' is not a shard: write index/count, counted from 0, such as 0/8.");

    /// <summary>Reads <c>index/count</c>.</summary>
    /// <param name="s">For example <c>0/8</c>.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The shard.</param>
    /// <returns>Whether the text is a shard.</returns>
    public static bool TryParse(string? s, IFormatProvider? provider, out Shard result)
    {
        result = default;
        if (s?.Split('/') is not [var left, var right]
            || !int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !int.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || index >= count)
        {
            return false;
        }

        result = new Shard(index, count);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Shard other) => Index == other.Index && Count == other.Count;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Index}/{Count}";
}

/// <summary>Converts text from configuration files to <see cref="Shard"/>.</summary>
internal sealed class ShardConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? Shard.Parse(text, culture) : base.ConvertFrom(context, culture, value);
}
