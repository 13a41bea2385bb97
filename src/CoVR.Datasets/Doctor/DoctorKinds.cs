namespace CoVR.Datasets.Doctor;

/// <summary>The kinds of findings of the built-in checks.</summary>
public static class DoctorKinds
{
    /// <summary>A note: how many queries and candidates a split has.</summary>
    public const string AnnotationsRead = "annotations.read";

    /// <summary>An annotation file is missing or cannot be understood, at a line and field.</summary>
    public const string AnnotationMalformed = "annotations.malformed";

    /// <summary>Something is there twice that should be there once.</summary>
    public const string AnnotationDuplicate = "annotations.duplicate";

    /// <summary>An item is named that the gallery or the list of pictures does not have.</summary>
    public const string AnnotationUnknownItem = "annotations.unknown-item";

    /// <summary>A text is empty, or is after cleaning.</summary>
    public const string AnnotationEmptyText = "annotations.empty-text";

    /// <summary>A query that contradicts itself: it asks for its own reference, or its subset lacks its target.</summary>
    public const string AnnotationContradiction = "annotations.contradiction";

    /// <summary>There is no file.</summary>
    public const string MediaMissing = "media.missing";

    /// <summary>The file has no bytes.</summary>
    public const string MediaEmpty = "media.empty";

    /// <summary>The file is a web page, most often the error message of a download.</summary>
    public const string MediaWebPage = "media.web-page";

    /// <summary>The bytes are of no format that is read.</summary>
    public const string MediaUnknownFormat = "media.unknown-format";

    /// <summary>The file ends too early.</summary>
    public const string MediaTruncated = "media.truncated";

    /// <summary>The bytes contradict their format.</summary>
    public const string MediaCorrupt = "media.corrupt";

    /// <summary>The picture has more pixels than allowed.</summary>
    public const string MediaTooLarge = "media.too-large";

    /// <summary>The file cannot be read for another reason.</summary>
    public const string MediaUnreadable = "media.unreadable";

    /// <summary>The file's name says video and its bytes say picture, or the other way round.</summary>
    public const string MediaMisnamed = "media.misnamed";

    /// <summary>A note: media that an earlier, stopped run has decoded were not decoded again; a warning where no record of that can be kept.</summary>
    public const string MediaResumed = "media.resumed";

    /// <summary>There is no folder of embeddings, or it says nothing that can be understood.</summary>
    public const string EmbeddingsUnusable = "embeddings.unusable";

    /// <summary>Another model made them.</summary>
    public const string EmbeddingsForeign = "embeddings.foreign";

    /// <summary>A note: a folder does not say which model made its embeddings, as those of the reference.</summary>
    public const string EmbeddingsUnsigned = "embeddings.unsigned";

    /// <summary>An embedding that may not be read; it may well be whole.</summary>
    public const string EmbeddingUnreadable = "embeddings.unreadable";

    /// <summary>A note: embeddings of other items.</summary>
    public const string EmbeddingsSurplus = "embeddings.surplus";

    /// <summary>An item has none.</summary>
    public const string EmbeddingMissing = "embeddings.missing";

    /// <summary>The bytes are damaged.</summary>
    public const string EmbeddingDamaged = "embeddings.damaged";

    /// <summary>The shape is another one than the model's.</summary>
    public const string EmbeddingShape = "embeddings.shape";

    /// <summary>A number is NaN or infinite.</summary>
    public const string EmbeddingNotFinite = "embeddings.not-finite";

    /// <summary>All numbers of a vector are zero, as the reference writes for a broken picture.</summary>
    public const string EmbeddingZero = "embeddings.zero";

    /// <summary>A vector is not of unit length.</summary>
    public const string EmbeddingNotUnit = "embeddings.not-unit";

    /// <summary>An annotation has another number of frame scores than the embedding has frames.</summary>
    public const string FrameScores = "embeddings.frame-scores";

    /// <summary>A file of caption embeddings cannot be used.</summary>
    public const string CaptionsUnusable = "captions.unusable";

    /// <summary>A caption of the annotations has no embedding.</summary>
    public const string CaptionMissing = "captions.missing";

    /// <summary>A caption's embedding has a NaN or infinite number.</summary>
    public const string CaptionNotFinite = "captions.not-finite";

    /// <summary>A note: what a file of weights is.</summary>
    public const string CheckpointRead = "checkpoints.read";

    /// <summary>There are no such weights.</summary>
    public const string CheckpointMissing = "checkpoints.missing";

    /// <summary>The file of weights is damaged.</summary>
    public const string CheckpointUnreadable = "checkpoints.unreadable";

    /// <summary>The weights are of another family or variant.</summary>
    public const string CheckpointForeign = "checkpoints.foreign";

    /// <summary>ffmpeg or ffprobe: missing, failing, or fine.</summary>
    public const string Program = "machine.ffmpeg";

    /// <summary>libtorch: missing, not fitting, or fine.</summary>
    public const string NativeLibrary = "machine.libtorch";

    /// <summary>The device that computes.</summary>
    public const string Device = "machine.device";

    /// <summary>The vocabulary file.</summary>
    public const string Vocabulary = "machine.vocabulary";

    /// <summary>Room on a disk.</summary>
    public const string Disk = "machine.disk";

    /// <summary>Main memory.</summary>
    public const string Memory = "machine.memory";

    /// <summary>A check ended with an error of its own.</summary>
    public const string CheckFailed = "doctor.check-failed";
}
