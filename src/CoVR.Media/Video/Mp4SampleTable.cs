namespace CoVR.Media.Video;

/// <summary>Reads the tables of an MP4 track that say where its frames lie and when they are decoded and shown.</summary>
internal static class Mp4SampleTable
{
    /// <summary>The samples in the order of decoding; null where a table is missing, or the tables do not agree with each other or the file.</summary>
    /// <param name="table">The payload of <c>stbl</c>.</param>
    /// <param name="fileLength">Bytes of the file, beyond which no sample may lie.</param>
    internal static Mp4Sample[]? Read(ReadOnlyMemory<byte> table, long fileLength)
    {
        var sizes = Mp4Boxes.Find(table, "stsz");
        if (sizes.Length < 12 || Mp4Boxes.UInt32(sizes, 4) is var constant && Mp4Boxes.UInt32(sizes, 8) > (constant == 0 ? (sizes.Length - 12) / 4 : fileLength / constant))
        {
            return null;
        }

        var samples = new Mp4Sample[Mp4Boxes.UInt32(sizes, 8)];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = new Mp4Sample(0, checked((int)(constant == 0 ? Mp4Boxes.UInt32(sizes, 12 + (i * 4)) : constant)), 0, 0, false);
        }

        return SetPlaces(table, samples, fileLength) && SetTimes(table, samples) && SetKeys(Mp4Boxes.Find(table, "stss"), samples) ? samples : null;
    }

    private static bool SetPlaces(ReadOnlyMemory<byte> table, Span<Mp4Sample> samples, long fileLength)
    {
        var (chunks, places, wide) = (Mp4Boxes.Find(table, "stsc"), Mp4Boxes.Find(table, "stco"), Mp4Boxes.Find(table, "co64"));
        var (next, groups, count) = (0, Mp4Boxes.UInt32(chunks, 4), Mp4Boxes.UInt32(wide.IsEmpty ? places : wide, 4));
        for (var (chunk, group) = (1u, 0); chunk <= count && next < samples.Length; chunk++)
        {
            while (group + 1 < groups && Mp4Boxes.UInt32(chunks, 8 + ((group + 1) * 12)) <= chunk)
            {
                group++;
            }

            var at = wide.IsEmpty ? Mp4Boxes.UInt32(places, (int)(4 + (chunk * 4))) : Mp4Boxes.Int64(wide, (int)(chunk * 8));
            for (var left = Mp4Boxes.UInt32(chunks, 12 + (group * 12)); left > 0 && next < samples.Length; left--, next++)
            {
                if (at < 0 || at > fileLength - samples[next].Size)
                {
                    return false;
                }

                samples[next] = samples[next] with { Place = at };
                at += samples[next].Size;
            }
        }

        return next == samples.Length;
    }

    private static bool SetTimes(ReadOnlyMemory<byte> table, Span<Mp4Sample> samples)
    {
        var (decoded, shifts) = (Mp4Boxes.Find(table, "stts"), Mp4Boxes.Find(table, "ctts"));
        var (next, time) = (0, 0L);
        for (var run = 8; run < decoded.Length; run += 8)
        {
            var step = Mp4Boxes.UInt32(decoded, run + 4);
            for (var left = Mp4Boxes.UInt32(decoded, run); left > 0 && next < samples.Length; left--, next++, time += step)
            {
                samples[next] = samples[next] with { Decoded = time, Shown = time };
            }
        }

        var shifted = shifts.IsEmpty ? next : 0;
        for (var run = 8; run < shifts.Length; run += 8)
        {
            var shift = (int)Mp4Boxes.UInt32(shifts, run + 4);
            for (var left = Mp4Boxes.UInt32(shifts, run); left > 0 && shifted < next; left--, shifted++)
            {
                samples[shifted] = samples[shifted] with { Shown = samples[shifted].Decoded + shift };
            }
        }

        return next == samples.Length && shifted == next;
    }

    private static bool SetKeys(ReadOnlyMemory<byte> keys, Span<Mp4Sample> samples)
    {
        for (var i = 0; keys.IsEmpty && i < samples.Length; i++)
        {
            samples[i] = samples[i] with { IsKey = true };
        }

        for (var at = 8; at < keys.Length; at += 4)
        {
            var number = Mp4Boxes.UInt32(keys, at);
            if (number < 1 || number > samples.Length)
            {
                return false;
            }

            samples[(int)number - 1] = samples[(int)number - 1] with { IsKey = true };
        }

        return samples.Length > 0 && samples[0].IsKey;
    }
}
