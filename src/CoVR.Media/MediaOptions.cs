using System.ComponentModel.DataAnnotations;

namespace CoVR.Media;

/// <summary>Two ways to turn the bytes of a picture into pixels. Embeddings of the two cannot be compared.</summary>
public enum PictureReading
{
    /// <summary>As Pillow's <c>convert("RGB")</c> and the published data sets: alpha is dropped, EXIF rotation and colour profile are ignored.</summary>
    AsPillow,

    /// <summary>As a viewer shows it: on white where it is transparent, upright by its EXIF orientation, converted from its colour profile to sRGB. Videos of high dynamic range are tone-mapped.</summary>
    AsSeen,
}

/// <summary>How images and videos are read.</summary>
public sealed class MediaOptions
{
    /// <summary>The <c>ffmpeg</c> program: a name to look up on the PATH, or a file.</summary>
    /// <value><c>ffmpeg</c>.</value>
    [Required]
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>The <c>ffprobe</c> program: a name to look up on the PATH, or a file.</summary>
    /// <value><c>ffprobe</c>.</value>
    [Required]
    public string FfprobePath { get; set; } = "ffprobe";

    /// <summary>What <see cref="Timeout"/> is meant for: 90 seconds of Full HD at 25 frames a second.</summary>
    internal const long PixelsPerTimeout = 2250L * 1920 * 1080;

    /// <summary>How long reading or writing one video may take before its process is killed; more than zero.</summary>
    /// <remarks>A video of more than 4.7 billion pixels in all (90 seconds of Full HD) may take proportionally longer, at most a day.</remarks>
    /// <value>Two minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The largest picture that is decoded, in pixels; checked before memory is allocated.</summary>
    /// <value>178,956,970, above which Pillow refuses a picture as a decompression bomb.</value>
    [Range(1, 536_870_911)]
    public int MaxPixels { get; set; } = 178_956_970;

    /// <summary>How pictures are read; part of the fingerprint of embeddings.</summary>
    /// <value>
    /// Null: <see cref="PictureReading.AsSeen"/> in a pipeline with <c>UseFolderGallery</c> or <c>UseWatchedFolder</c> and without data set, benchmark or
    /// training; <see cref="PictureReading.AsPillow"/> otherwise.
    /// </value>
    public PictureReading? Pictures { get; set; }

    /// <summary>Whether frames of videos have their bytes in the order blue, green, red, as OpenCV returns them. Pictures are always red, green, blue.</summary>
    /// <remarks>
    /// In a pipeline this concerns the videos of the gallery only. The published video embeddings of CoVR were computed so, by a model that
    /// expects red first (<c>src/data/embs.py</c>).
    /// </remarks>
    /// <value>False.</value>
    public bool BgrVideos { get; set; }

    /// <summary>Videos of more pixels in all are not decoded from their start, where frames can be found without; smaller ones always are.</summary>
    internal long SeekAbovePixels { get; init; } = 2_000_000_000;

    /// <summary>The clock of <see cref="Timeout"/>.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The same with pictures read in another way, and videos in another order of channels.</summary>
    internal MediaOptions With(PictureReading pictures, bool bgrVideos)
    {
        var copy = (MediaOptions)MemberwiseClone();
        (copy.Pictures, copy.BgrVideos) = (pictures, bgrVideos);
        return copy;
    }
}
