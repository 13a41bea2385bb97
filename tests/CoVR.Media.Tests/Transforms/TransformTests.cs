using System.ComponentModel.DataAnnotations;
using CoVR.Media.Transforms;
using CoVR.Modeling;

namespace CoVR.Media.Tests.Transforms;

public sealed class TransformTests
{
    private static readonly ImageInput Input = ImageInput.Clip(16);

    [Fact]
    public void EvaluationApply_FlatPicture_IsNormalisedPerChannel()
    {
        var planes = new float[3 * 16 * 16];

        new EvaluationTransform(Input).Apply(Pictures.Flat(30, 20, 0, 128, 255), new Random(0), planes);

        Assert.All(planes[..256], value => Assert.Equal((0f - Input.Mean[0]) / Input.Std[0], value));
        Assert.All(planes[256..512], value => Assert.Equal(((128 / 255f) - Input.Mean[1]) / Input.Std[1], value));
        Assert.All(planes[512..], value => Assert.Equal((1f - Input.Mean[2]) / Input.Std[2], value));
    }

    [Theory]
    [InlineData(767)]
    [InlineData(769)]
    public void Apply_WrongDestination_IsRefused(int length)
    {
        var frame = Pictures.Gradient(20, 20);

        Assert.Throws<ArgumentException>(() => new EvaluationTransform(Input).Apply(frame, new Random(0), new float[length]));
        Assert.Throws<ArgumentException>(() => new TrainingTransform(Input).Apply(frame, new Random(0), new float[length]));
    }

    [Fact]
    public void TrainingApply_SameRandom_GivesTheSamePixelsAndAnotherGivesOthers()
    {
        var (first, again, other) = (Train(7), Train(7), Train(8));

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void TrainingApply_NothingToVary_EqualsEvaluation()
    {
        var still = new TrainingTransformOptions { MinScale = 1, MinAspect = 1, MaxAspect = 1, FlipProbability = 0, Operations = 0 };
        var (expected, actual) = (new float[3 * 16 * 16], new float[3 * 16 * 16]);
        var frame = Pictures.Gradient(30, 30);

        new EvaluationTransform(Input).Apply(frame, new Random(0), expected);
        new TrainingTransform(Input, still).Apply(frame, new Random(0), actual);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void TrainingApply_FlipOnly_MirrorsRows()
    {
        var options = new TrainingTransformOptions { MinScale = 1, MinAspect = 1, MaxAspect = 1, FlipProbability = 1, Operations = 0 };
        var (plain, mirrored) = (new float[3 * 16 * 16], new float[3 * 16 * 16]);
        var frame = Pictures.Gradient(16, 16);

        new EvaluationTransform(Input).Apply(frame, new Random(0), plain);
        new TrainingTransform(Input, options).Apply(frame, new Random(0), mirrored);

        for (var row = 0; row < 3 * 16; row++)
        {
            Assert.Equal(plain[(row * 16)..((row + 1) * 16)].Reverse(), mirrored[(row * 16)..((row + 1) * 16)]);
        }
    }

    [Theory]
    [InlineData(640, 480)]
    [InlineData(3, 2)]
    [InlineData(1, 1)]
    [InlineData(2000, 10)]
    [InlineData(10, 2000)]
    public void Draw_AnyPicture_CropsWithinItAndAsLargeAsAsked(int width, int height)
    {
        var options = new TrainingTransformOptions();
        var random = new Random(11);
        for (var draw = 0; draw < 500; draw++)
        {
            var crop = TrainingPlan.Draw(width, height, options, random).Crop;

            Assert.True(crop.Left >= 0 && crop.Top >= 0 && crop.Width >= 1 && crop.Height >= 1, crop.ToString());
            Assert.True(crop.Left + crop.Width <= width && crop.Top + crop.Height <= height, crop.ToString());
            if (width == 640)
            {
                Assert.InRange((double)crop.Width * crop.Height / (width * height), 0.495, 1);
                Assert.InRange((double)crop.Width / crop.Height, 0.74, 1.35);
            }
        }
    }

    [Fact]
    public void Draw_ManyTimes_UsesEveryOperationAboutEquallyOftenAndHalfOfThem()
    {
        var random = new Random(5);
        var plans = Enumerable.Range(0, 20_000).Select(_ => TrainingPlan.Draw(64, 64, new TrainingTransformOptions(), random)).ToArray();

        var counts = plans.SelectMany(plan => plan.Steps).CountBy(step => step.Operation).ToDictionary();

        Assert.All(Enum.GetValues<AugmentOperation>(), operation => Assert.InRange(counts[operation], 1800, 2200));
        Assert.InRange(plans.Count(plan => plan.Flip), 9600, 10_400);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    public void Step_TinyPicture_EveryOperationWorks(int width, int height)
    {
        var rgb = Pictures.Gradient(width, height).Rgb;
        foreach (var operation in Enum.GetValues<AugmentOperation>())
        {
            new AugmentStep(operation, 7, 0.9).Apply(rgb.Span, width, height, new byte[rgb.Length]);
        }

        Assert.Equal(Pictures.Gradient(width, height).Rgb.ToArray(), rgb.ToArray());
    }

    [Fact]
    public void Constructor_BadOptions_NamesTheFault()
    {
        var fault = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => new TrainingTransform(Input, new TrainingTransformOptions { MinScale = 0.9, MaxScale = 0.4 }));

        Assert.Contains("MinScale", fault.Message, StringComparison.Ordinal);
        Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => new TrainingTransform(Input, new TrainingTransformOptions { Level = 11 }));
        Assert.Throws<ArgumentException>(() => new EvaluationTransform(Input with { Mean = [0.5f] }));
    }

    private static float[] Train(int seed)
    {
        var planes = new float[3 * 16 * 16];
        new TrainingTransform(Input).Apply(Pictures.Gradient(40, 30), new Random(seed), planes);
        return planes;
    }
}
