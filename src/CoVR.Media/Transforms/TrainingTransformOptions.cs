using System.ComponentModel.DataAnnotations;

namespace CoVR.Media.Transforms;

/// <summary>How pictures are augmented in training; the defaults are the reference's (<c>src/data/transforms.py</c>, <c>transform_train</c>).</summary>
internal sealed class TrainingTransformOptions : IValidatableObject
{
    /// <summary>The smallest part of the picture's area that a crop keeps.</summary>
    /// <value>0.5.</value>
    [Range(0.01, 1)]
    public double MinScale { get; set; } = 0.5;

    /// <summary>The largest part of the picture's area that a crop keeps.</summary>
    /// <value>1.</value>
    [Range(0.01, 1)]
    public double MaxScale { get; set; } = 1;

    /// <summary>The narrowest crop, as width divided by height.</summary>
    /// <value>3/4.</value>
    [Range(0.01, 100)]
    public double MinAspect { get; set; } = 3.0 / 4.0;

    /// <summary>The widest crop, as width divided by height.</summary>
    /// <value>4/3.</value>
    [Range(0.01, 100)]
    public double MaxAspect { get; set; } = 4.0 / 3.0;

    /// <summary>The probability of a horizontal flip.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0)]
    public double FlipProbability { get; set; } = 0.5;

    /// <summary>How many operations are drawn for a picture, with replacement.</summary>
    /// <value>2.</value>
    [Range(0, 100)]
    public int Operations { get; set; } = 2;

    /// <summary>The probability that a drawn operation is applied.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0)]
    public double OperationProbability { get; set; } = 0.5;

    /// <summary>The strength of operations, of 10. At 5, brightness and sharpness change nothing.</summary>
    /// <value>5.</value>
    [Range(0.0, 10.0)]
    public double Level { get; set; } = 5;

    /// <summary>The operations to draw from, each equally likely; none is drawn when the list is empty.</summary>
    internal IReadOnlyList<AugmentOperation> Augmentations { get; set; } = Enum.GetValues<AugmentOperation>();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MinScale > MaxScale)
        {
            yield return new ValidationResult($"{nameof(MinScale)} is larger than {nameof(MaxScale)}.", [nameof(MinScale)]);
        }

        if (MinAspect > MaxAspect)
        {
            yield return new ValidationResult($"{nameof(MinAspect)} is larger than {nameof(MaxAspect)}.", [nameof(MinAspect)]);
        }
    }
}
