using System.ComponentModel.DataAnnotations;

namespace CoVR.Media;

/// <summary>How images and videos are read.</summary>
public sealed class MediaOptions
{
    /// <summary>The <c>ffmpeg</c> program: a name searched in the path of the environment, or a file.</summary>
    /// <value><c>ffmpeg</c>.</value>
    [Required]
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>The <c>ffprobe</c> program: a name searched in the path of the environment, or a file.</summary>
    /// <value><c>ffprobe</c>.</value>
    [Required]
    public string FfprobePath { get; set; } = "ffprobe";

    /// <summary>How long reading or writing one video may take before its process is killed; more than zero.</summary>
    /// <value>Two minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The largest picture that is decoded, in pixels; checked before memory is taken.</summary>
    /// <value>178,956,970, where Pillow refuses a picture as a decompression bomb.</value>
    [Range(1, 536_870_911)]
    public int MaxPixels { get; set; } = 178_956_970;

    /// <summary>The order of the bytes in frames read from videos. Pictures are always red, green, blue.</summary>
    /// <remarks>In a pipeline this is the order of the gallery's videos; references are always red, green, blue, as in the reference.</remarks>
    /// <value><see cref="ChannelOrder.Rgb"/>; <see cref="ChannelOrder.Bgr"/> reproduces the reference's stored video embeddings.</value>
    [EnumDataType(typeof(ChannelOrder))]
    public ChannelOrder VideoChannelOrder { get; set; } = ChannelOrder.Rgb;

    /// <summary>The clock of <see cref="Timeout"/>.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;
}
