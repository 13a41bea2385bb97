namespace CoVR;

/// <summary>The slot of the sampler for references, beside the slot of the gallery's <see cref="IFrameSampler"/>.</summary>
/// <param name="Sampler">Chooses the frames.</param>
internal sealed record QueryFrames(IFrameSampler Sampler);
