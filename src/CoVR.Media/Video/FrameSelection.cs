using System.Text;

namespace CoVR.Media.Video;

/// <summary>The frames that a sampler selected, each once and ascending, and the ffmpeg filter that picks them.</summary>
internal sealed class FrameSelection
{
    private readonly IReadOnlyList<int> _wanted;

    /// <summary>Runs the sampler.</summary>
    /// <exception cref="InvalidOperationException">The sampler selected no frame, or one outside the video.</exception>
    internal FrameSelection(IFrameSampler sampler, int frameCount)
    {
        _wanted = sampler.Select(frameCount);
        if (_wanted.Count == 0 || _wanted.Any(index => index < 0 || index >= frameCount))
        {
            throw new InvalidOperationException(
                $"The sampler {sampler.Name} chose [{string.Join(", ", _wanted)}] of a video with {frameCount} frames.");
        }

        Distinct = [.. _wanted.Distinct().Order()];
    }

    /// <summary>The frames to decode, ascending.</summary>
    internal int[] Distinct { get; }

    /// <summary>The expression of ffmpeg's select filter; consecutive frames become ranges.</summary>
    /// <param name="numbers">Ascending.</param>
    internal static string Expression(int[] numbers)
    {
        var text = new StringBuilder();
        for (var (start, end) = (0, 0); start < numbers.Length; start = end)
        {
            for (end = start + 1; end < numbers.Length && numbers[end] == numbers[end - 1] + 1; end++)
            {
            }

            var (first, last) = (numbers[start], numbers[end - 1]);
            text.Append(text.Length == 0 ? "" : "+").Append(
                first == last ? FormattableString.Invariant($@"eq(n\,{first})") : FormattableString.Invariant($@"between(n\,{first}\,{last})"));
        }

        return text.ToString();
    }

    /// <summary>The frames in the sampler's order.</summary>
    /// <param name="decoded">One for each of <see cref="Distinct"/>.</param>
    internal RgbFrame[] Arrange(IReadOnlyList<RgbFrame> decoded) =>
        [.. _wanted.Select(index => decoded[Array.BinarySearch(Distinct, index)])];
}
