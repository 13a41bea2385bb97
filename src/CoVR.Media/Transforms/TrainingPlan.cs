using CoVR.Media.Images;
using CoVR.Media.Video;

namespace CoVR.Media.Transforms;

/// <summary>All random choices for one picture.</summary>
/// <param name="Crop">The part that is resized.</param>
/// <param name="Flip">Whether the result is mirrored.</param>
/// <param name="Steps">The operations that follow, in order.</param>
internal sealed record TrainingPlan(PixelBox Crop, bool Flip, IReadOnlyList<AugmentStep> Steps)
{
    private const int CropAttempts = 10;

    /// <summary>Draws as torchvision's RandomResizedCrop and RandomHorizontalFlip and the reference's RandomAugment do, in their order.</summary>
    internal static TrainingPlan Draw(int width, int height, TrainingTransformOptions options, Random random)
    {
        var crop = DrawCrop(width, height, options, random);
        var flip = random.NextDouble() < options.FlipProbability;
        return new TrainingPlan(crop, flip, DrawSteps(options, random));
    }

    private static PixelBox DrawCrop(int width, int height, TrainingTransformOptions options, Random random)
    {
        var area = (double)width * height;
        var (lowest, highest) = (Math.Log(options.MinAspect), Math.Log(options.MaxAspect));
        for (var attempt = 0; attempt < CropAttempts; attempt++)
        {
            var kept = area * Between(options.MinScale, options.MaxScale, random);
            var aspect = Math.Exp(Between(lowest, highest, random));
            var (columns, rows) = ((int)Math.Round(Math.Sqrt(kept * aspect)), (int)Math.Round(Math.Sqrt(kept / aspect)));
            if (columns >= 1 && columns <= width && rows >= 1 && rows <= height)
            {
                var top = random.Next(height - rows + 1);
                return new PixelBox(random.Next(width - columns + 1), top, columns, rows);
            }
        }

        return CentralCrop(width, height, options);
    }

    private static PixelBox CentralCrop(int width, int height, TrainingTransformOptions options)
    {
        var aspect = (double)width / height;
        var columns = aspect > options.MaxAspect ? Math.Max(1, (int)Math.Round(height * options.MaxAspect)) : width;
        var rows = aspect < options.MinAspect ? Math.Max(1, (int)Math.Round(width / options.MinAspect)) : height;
        return new PixelBox((width - columns) / 2, (height - rows) / 2, columns, rows);
    }

    private static List<AugmentStep> DrawSteps(TrainingTransformOptions options, Random random)
    {
        if (options.Augmentations.Count == 0)
        {
            return [];
        }

        var drawn = new AugmentOperation[options.Operations];
        for (var index = 0; index < drawn.Length; index++)
        {
            drawn[index] = options.Augmentations[random.Next(options.Augmentations.Count)];
        }

        var steps = new List<AugmentStep>(drawn.Length);
        foreach (var operation in drawn)
        {
            if (random.NextDouble() <= options.OperationProbability)
            {
                steps.Add(new AugmentStep(operation, options.Level, AugmentStep.HasDirection(operation) ? random.NextDouble() : 0));
            }
        }

        return steps;
    }

    private static double Between(double low, double high, Random random) => low + ((high - low) * random.NextDouble());
}
