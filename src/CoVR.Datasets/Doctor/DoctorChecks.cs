using CoVR.Checkpoints;
using CoVR.Datasets.Doctor.Checks;
using CoVR.Media;
using CoVR.Modeling;

namespace CoVR.Datasets.Doctor;

/// <summary>The checks that come with the package.</summary>
public static class DoctorChecks
{
    /// <summary>Makes them: annotations, embeddings, captions, media, checkpoints, ffmpeg, libtorch, vocabulary, room.</summary>
    /// <param name="frames">Decodes pictures and videos; the package's own reader when null.</param>
    /// <param name="media">How media are read; defaults when null.</param>
    /// <param name="resolver">Finds weights by name; null to know paths only.</param>
    /// <param name="checkpoints">Where weights are kept; defaults when null.</param>
    /// <returns>The checks in the order in which they run.</returns>
    public static IReadOnlyList<IDoctorCheck> BuiltIn(
        IFrameReader? frames = null, MediaOptions? media = null, ICheckpointResolver? resolver = null, CheckpointOptions? checkpoints = null)
    {
        media ??= new MediaOptions();
        frames ??= new MediaFrameReader(new SkiaImageDecoder(media), media);
        return
        [
            new AnnotationCheck(),
            new EmbeddingCheck(),
            new CaptionCheck(),
            new MediaCheck(frames),
            new CheckpointCheck(resolver),
            new FfmpegCheck(frames, media),
            new NativeCheck(),
            new VocabularyCheck(),
            new RoomCheck(checkpoints ?? new CheckpointOptions()),
        ];
    }
}
