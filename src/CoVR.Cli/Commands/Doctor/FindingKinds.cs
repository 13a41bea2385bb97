namespace CoVR.Cli.Commands.Doctor;

/// <summary>What the checks find, by the names that reports use.</summary>
internal static class FindingKinds
{
    public const string AnnotationsRead = "annotations.read";
    public const string AnnotationMalformed = "annotations.malformed";
    public const string AnnotationDuplicate = "annotations.duplicate";
    public const string AnnotationUnknownItem = "annotations.unknown-item";
    public const string AnnotationEmptyText = "annotations.empty-text";
    public const string AnnotationContradiction = "annotations.contradiction";

    public const string MediaMissing = "media.missing";
    public const string MediaEmpty = "media.empty";
    public const string MediaWebPage = "media.web-page";
    public const string MediaUnknownFormat = "media.unknown-format";
    public const string MediaTruncated = "media.truncated";
    public const string MediaCorrupt = "media.corrupt";
    public const string MediaTooLarge = "media.too-large";
    public const string MediaUnreadable = "media.unreadable";
    public const string MediaMisnamed = "media.misnamed";
    public const string MediaResumed = "media.resumed";

    public const string EmbeddingsUnusable = "embeddings.unusable";
    public const string EmbeddingsForeign = "embeddings.foreign";
    public const string EmbeddingsUnsigned = "embeddings.unsigned";
    public const string EmbeddingUnreadable = "embeddings.unreadable";
    public const string EmbeddingsSurplus = "embeddings.surplus";
    public const string EmbeddingMissing = "embeddings.missing";
    public const string EmbeddingDamaged = "embeddings.damaged";
    public const string EmbeddingShape = "embeddings.shape";
    public const string EmbeddingNotFinite = "embeddings.not-finite";
    public const string EmbeddingZero = "embeddings.zero";
    public const string EmbeddingNotUnit = "embeddings.not-unit";
    public const string FrameScores = "embeddings.frame-scores";

    public const string CaptionsUnusable = "captions.unusable";
    public const string CaptionMissing = "captions.missing";
    public const string CaptionNotFinite = "captions.not-finite";

    public const string CheckpointRead = "checkpoints.read";
    public const string CheckpointMissing = "checkpoints.missing";
    public const string CheckpointUnreadable = "checkpoints.unreadable";
    public const string CheckpointForeign = "checkpoints.foreign";

    public const string Precision = "model.precision";

    public const string Decoder = "machine.decoder";
    public const string Program = "machine.ffmpeg";
    public const string NativeLibrary = "machine.libtorch";
    public const string Device = "machine.device";
    public const string Vocabulary = "machine.vocabulary";
    public const string Disk = "machine.disk";
    public const string Memory = "machine.memory";

    public const string CheckFailed = "doctor.check-failed";
}
