using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR;

/// <summary>Writes a <see cref="MediaSource"/> as the hash of its content.</summary>
internal sealed class MediaSourceHashConverter : JsonConverter<MediaSource>
{
    public override MediaSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("The JSON of a MediaSource is the hash of its content; the picture or video cannot be restored from it.");

    public override void Write(Utf8JsonWriter writer, MediaSource value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Convert.ToHexStringLower(value.Frames is { } frames ? HashOf(frames) : HashOf(value)) + (value.Start is { } start ? FormattableString.Invariant($"#t={start.Ticks},{value.End?.Ticks}") : ""));

    private static byte[] HashOf(IReadOnlyList<RgbFrame> frames)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        foreach (var frame in frames)
        {
            BinaryPrimitives.WriteInt32LittleEndian(size, frame.Width);
            BinaryPrimitives.WriteInt32LittleEndian(size[4..], frame.Height);
            hash.AppendData(size);
            hash.AppendData(frame.Rgb.Span);
        }

        return hash.GetHashAndReset();
    }

    // A serializer cannot wait asynchronously.
    private static byte[] HashOf(MediaSource source)
    {
        try
        {
            using var stream = source.Path is { } path ? File.OpenRead(path) : source.Open!(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return SHA256.HashData(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MediaReadException(source.DisplayName, MediaFailure.NotFound, $"it cannot be read: {error.Message}", error);
        }
    }
}
