using CoVR.Media;
using CoVR.Retrieval;

namespace CoVR.Benchmarks.Queries;

/// <summary>Videos of twelve seconds that show the answer of a composed query for a while, and other scenes before and after.</summary>
internal static class MomentTasks
{
    private const int FramesPerSecond = 4;
    private const int Frames = 12 * FramesPerSecond;

    /// <summary>The overlap (intersection over union) of each found moment with the true one.</summary>
    /// <param name="world">The world.</param>
    /// <param name="targets">What the videos show.</param>
    /// <param name="near">Whether the other scenes differ from the answer in one attribute only.</param>
    /// <param name="seed">Draws the rest.</param>
    public static async Task<double[]> OverlapsAsync(QueryWorld world, Look[] targets, bool near, int seed)
    {
        var (random, reader, overlaps) = (new Random(seed), new MediaFrameReader(), new List<double>());
        var queries = new QueryTasks(world, targets, seed).Single().Select(task => task.Ways.First().Value).ToArray();
        var embedded = await world.Pipeline.EmbedQueriesAsync(queries);
        int[] chosen = [.. world.Pipeline.GallerySampler.Select(Frames)];
        for (var i = 0; i < targets.Length; i++)
        {
            var length = random.Next(Frames / 8, Frames * 3 / 4);
            var start = random.Next(Frames - length);
            var (shown, before, after) = (await FrameOfAsync(targets[i]), await FrameOfAsync(Another(targets[i])), await FrameOfAsync(Another(targets[i])));
            RgbFrame[] frames = [.. Enumerable.Range(0, Frames).Select(at => at < start ? before : at < start + length ? shown : after)];
            var video = (await world.Pipeline.EmbedItemsAsync([MediaSource.FromFrames(frames)]))[0];
            float[] scores = [.. Enumerable.Range(0, video.Frames).Select(frame => Similarities.MeanPooled.Score(embedded[i], video.SelectFrames([frame])))];
            var moment = Moment.Of([.. chosen.Select(Time)], scores);
            overlaps.Add(Overlap(moment.Start, moment.End, Time(start), Time(start + length)));
        }

        return [.. overlaps];

        Look Another(Look target)
        {
            Look[] others = [.. world.Looks.Where(look => Look.Attributes.Count(attribute => look[attribute] != target[attribute]) is var changed && (near ? changed == 1 : changed > 2))];
            return others[random.Next(others.Length)];
        }

        async Task<RgbFrame> FrameOfAsync(Look look) => (await reader.ReadAsync(world.Shown(look), world.Pipeline.QuerySampler))[0];
    }

    private static TimeSpan Time(int frame) => TimeSpan.FromSeconds((double)frame / FramesPerSecond);

    private static double Overlap(TimeSpan start, TimeSpan end, TimeSpan otherStart, TimeSpan otherEnd)
    {
        var common = (end < otherEnd ? end : otherEnd) - (start > otherStart ? start : otherStart);
        return common <= TimeSpan.Zero ? 0 : common / ((end > otherEnd ? end : otherEnd) - (start < otherStart ? start : otherStart));
    }
}
