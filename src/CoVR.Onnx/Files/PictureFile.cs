using System.ComponentModel.DataAnnotations;

namespace CoVR.Onnx.Files;

/// <summary>The JSON that describes a picture encoder: see docs/engines.md.</summary>
internal sealed record PictureFile : EncoderFile
{
    /// <summary>S.</summary>
    [Range(1, 8192)]
    public required int Size { get; init; }

    /// <summary>How a picture becomes a square.</summary>
    public ResizeMode Resize { get; init; } = ResizeMode.Stretch;

    /// <summary>The share of the shorter side that <see cref="ResizeMode.Crop"/> keeps.</summary>
    [Range(0.01, 1.0)]
    public double Crop { get; init; } = 1;

    /// <summary>The filter of the resize.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bicubic;

    /// <summary>The value of white before <see cref="Mean"/> and <see cref="Std"/>: 1, or 255 for raw bytes.</summary>
    [Range(1.0, 255.0)]
    public float White { get; init; } = 1;

    /// <summary>Subtracted from red, green and blue.</summary>
    [Length(3, 3)]
    public IReadOnlyList<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>Then red, green and blue are divided by this.</summary>
    [Length(3, 3)]
    public IReadOnlyList<float> Std { get; init; } = [1, 1, 1];

    /// <summary>The order of the colours.</summary>
    public ChannelOrder Channels { get; init; } = ChannelOrder.Rgb;

    /// <summary>The order of the dimensions.</summary>
    public PixelLayout Layout { get; init; } = PixelLayout.Nchw;

    /// <summary>The name of the graph's input.</summary>
    [Required]
    public required string Input { get; init; }
}

/// <summary>How a picture becomes a square.</summary>
internal enum ResizeMode
{
    /// <summary>Without keeping the aspect.</summary>
    Stretch,

    /// <summary>The square in the middle.</summary>
    Crop,

    /// <summary>Black above and below, or left and right.</summary>
    Pad,
}

/// <summary>The filter of a resize.</summary>
internal enum ResizeFilter
{
    Bicubic,
    Bilinear,
}

/// <summary>The order of the colours.</summary>
internal enum ChannelOrder
{
    Rgb,
    Bgr,
}

/// <summary>The order of the dimensions: batch, channels, height, width, or channels last.</summary>
internal enum PixelLayout
{
    Nchw,
    Nhwc,
}
