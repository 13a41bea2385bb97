namespace CoVR.Media;

/// <summary>One frame: number <c>frameCount / 2</c>, as the reference's <c>get_middle_frame</c> (<c>src/data/utils.py</c>).</summary>
/// <remarks>Safe for use from several threads.</remarks>
public sealed class MiddleFrameSampler : IFrameSampler
{
    /// <inheritdoc/>
    public string Name => "middle";

    /// <inheritdoc/>
    public IReadOnlyList<int> Select(int frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        return [frameCount / 2];
    }
}
