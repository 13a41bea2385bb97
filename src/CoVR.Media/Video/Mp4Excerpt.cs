using System.Buffers;
using System.Text;

namespace CoVR.Media.Video;

/// <summary>
/// The coded frames of an MP4 file that wanted frames need, from the key frame before each of them on, as an MP4 file of their own that ffmpeg reads from a pipe. So one
/// process decodes all of them, each at a time that is known.
/// </summary>
internal sealed class Mp4Excerpt
{
    private const int PieceLength = 1 << 16;

    /// <summary>Codecs whose key frames never need what comes before; H.264 and HEVC have key frames of both kinds.</summary>
    private static readonly string[] ClosedCodecs = ["av01", "vp09", "mp4v", "jpeg", "apch", "apcn", "apcs", "apco", "ap4h", "ap4x"];

    private readonly string _path;
    private readonly Mp4Video _video;
    private readonly Mp4Sample[] _samples;

    private Mp4Excerpt(string path, Mp4Video video, Mp4Sample[] samples, IEnumerable<long> wanted)
    {
        (_path, _video, _samples) = (path, video, samples);
        Times = [.. samples.Select(sample => sample.Shown - samples[0].Decoded).Order()];
        Frames = [.. wanted.Select(time => Array.BinarySearch(Times, time - samples[0].Decoded))];
    }

    /// <summary>The time of each frame of the excerpt, ascending, in units of its track.</summary>
    internal long[] Times { get; }

    /// <summary>The numbers that the wanted frames have in the excerpt, ascending.</summary>
    internal int[] Frames { get; }

    /// <summary>Chooses what is needed; null where that is half of the video or more, or cannot be decoded by itself.</summary>
    /// <param name="path">The file.</param>
    /// <param name="video">Its tables.</param>
    /// <param name="wanted">Numbers of frames, ascending.</param>
    internal static Mp4Excerpt? Of(string path, Mp4Video video, int[] wanted)
    {
        var all = video.Samples;
        int[] order = [.. Enumerable.Range(0, all.Length).OrderBy(at => all[at].Shown)];
        var parts = PartsOf(all, [.. wanted.Select(number => order[number])]);

        // What follows a key frame but is shown before it needs frames that are left out.
        Mp4Sample[] samples = [.. parts.SelectMany(part => all[part.First..(part.Last + 1)].Where(sample => sample.Shown >= all[part.First].Shown))];
        return samples.Length < all.Length / 2 && IsRegular(all)
            && order.Zip(order.Skip(1)).All(pair => all[pair.First].Shown < all[pair.Second].Shown)
            && new Mp4Excerpt(path, video, samples, wanted.Select(number => all[order[number]].Shown)) is var excerpt
            && Array.TrueForAll(excerpt.Frames, frame => frame >= 0)
            && parts.TrueForAll(part => excerpt.StartsAnew(all[part.First]))
                ? excerpt
                : null;
    }

    /// <summary>Writes the excerpt and closes the stream. A reader that has stopped reading is no error here.</summary>
    internal async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            using var file = File.OpenHandle(_path);
            await output.WriteAsync(Mp4Head.Of(_video, _samples), cancellationToken).ConfigureAwait(false);
            foreach (var sample in _samples)
            {
                for (var done = 0; done < sample.Size;)
                {
                    var part = piece.AsMemory(0, Math.Min(PieceLength, sample.Size - done));
                    var read = await RandomAccess.ReadAsync(file, part, sample.Place + done, cancellationToken).ConfigureAwait(false);
                    await output.WriteAsync(part[..read], cancellationToken).ConfigureAwait(false);
                    done += read > 0 ? read : sample.Size;
                }
            }

            output.Close();
        }
        catch (IOException)
        {
            // ffmpeg has ended; its frames and its exit code tell why.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Whether frames follow each other at equal times. A gap may be a lost frame, without which frames that are not looked at may not decode.</summary>
    private static bool IsRegular(Mp4Sample[] all)
    {
        long[] steps = [.. all.Zip(all.Skip(1), (sample, next) => next.Decoded - sample.Decoded).SkipLast(1)];
        return steps.Length > 0 && steps.Min() > 0 && steps.Max() < 1.5 * steps.Min();
    }

    /// <summary>The ranges of samples, in the order of decoding, from a key frame to the last wanted sample that needs it.</summary>
    private static List<(int First, int Last)> PartsOf(Mp4Sample[] all, int[] wanted)
    {
        List<(int First, int Last)> parts = [];
        foreach (var last in wanted.Order())
        {
            var first = last;
            while (first > 0 && !(all[first].IsKey && all[first].Shown <= all[last].Shown))
            {
                first--;
            }

            if (parts.Count > 0 && first <= parts[^1].Last + 1)
            {
                (first, _) = parts[^1];
                parts.RemoveAt(parts.Count - 1);
            }

            parts.Add((first, last));
        }

        return parts;
    }

    /// <summary>Whether a key frame makes the decoder forget all frames before: an IDR picture of H.264, or one of HEVC (or a broken link).</summary>
    private bool StartsAnew(Mp4Sample key)
    {
        var description = _video.Description.AsSpan();
        var codec = Encoding.ASCII.GetString(description[12..16]);
        var configuration = description.IndexOf(codec[0] == 'a' ? "avcC"u8 : "hvcC"u8) + 4;
        if (ClosedCodecs.Contains(codec))
        {
            return true;
        }

        if (codec is not ("avc1" or "avc3" or "hvc1" or "hev1") || configuration < 4 || key.Size > 1 << 26)
        {
            return false;
        }

        var (lengthSize, bytes) = ((description[configuration + (codec[0] == 'a' ? 4 : 21)] & 3) + 1, new byte[key.Size]);
        using var file = File.OpenHandle(_path);
        _ = RandomAccess.Read(file, bytes, key.Place);
        for (var at = 0; at + lengthSize < bytes.Length;)
        {
            var kind = codec[0] == 'a' ? bytes[at + lengthSize] & 31 : (bytes[at + lengthSize] >> 1) & 63;
            if (codec[0] == 'a' ? kind == 5 : kind is >= 16 and <= 20)
            {
                return true;
            }

            var length = 0L;
            for (var i = 0; i < lengthSize; i++)
            {
                length = (length << 8) | bytes[at + i];
            }

            at = (int)Math.Min(bytes.Length, at + lengthSize + length);
        }

        return false;
    }
}
