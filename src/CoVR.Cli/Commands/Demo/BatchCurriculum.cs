using CoVR.Training.Sampling;

namespace CoVR.Cli.Commands.Demo;

/// <summary>One way to compose batches for the first epochs, others in turn for the rest: a sampler of one's own.</summary>
/// <param name="first">For the first epochs.</param>
/// <param name="then">For the others, in turn; all with as many batches an epoch.</param>
/// <param name="epochs">How many epochs are the first.</param>
internal sealed class BatchCurriculum(IBatchSampler first, IReadOnlyList<IBatchSampler> then, int epochs) : IBatchSampler
{
    /// <inheritdoc/>
    public int BatchesPerEpoch => first.BatchesPerEpoch;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch) => (epoch < epochs ? first : then[(epoch - epochs) % then.Count]).Compose(epoch);

    /// <inheritdoc/>
    public string Describe() => $"{epochs} epochs of ({first.Describe()}), then in turn ({string.Join("), (", then.Select(sampler => sampler.Describe()))})";
}
