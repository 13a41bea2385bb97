namespace CoVR.DependencyInjection;

/// <summary>The slot of the sampler for references, beside the slot of the gallery's <see cref="IFrameSampler"/>.</summary>
/// <param name="Sampler">Chooses the frames.</param>
internal sealed record QueryFrames(IFrameSampler Sampler);

/// <summary>The slot of the reader of gallery items, beside the slot of the <see cref="IFrameReader"/> of references.</summary>
/// <param name="Reader">Reads the frames.</param>
internal sealed record GalleryFrames(IFrameReader Reader);
