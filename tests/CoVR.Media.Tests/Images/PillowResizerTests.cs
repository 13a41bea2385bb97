using CoVR.Media.Images;
using CoVR.Modeling;

namespace CoVR.Media.Tests.Images;

public sealed class PillowResizerTests
{
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 64, 48, 24, 24 }, { 5, 5, 24, 17 }, { 1, 1, 3, 5 }, { 301, 7, 16, 16 }, { 33, 200, 33, 16 }, { 200, 33, 16, 33 }, { 2, 3, 1, 1 }, { 90, 91, 4, 2 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void WideLoops_AnySize_EqualPlainLoops(int fromWidth, int fromHeight, int width, int height)
    {
        var source = Pictures.Gradient(fromWidth, fromHeight, 5).Rgb.Span;
        foreach (var bilinear in new[] { false, true })
        {
            var (columns, rows) = (ResampleKernel.For(fromWidth, width, bilinear), ResampleKernel.For(fromHeight, height, bilinear));
            byte[][] results = [new byte[width * height * 3], new byte[width * height * 3]];
            foreach (var plain in new[] { false, true })
            {
                var between = new byte[width * fromHeight * 3];
                ResampleLoops.Horizontal(source, fromWidth * 3, fromHeight, fromWidth, columns, between, plain);
                ResampleLoops.Vertical(between, width * 3, width * 3, rows, 0, results[plain ? 1 : 0], plain);
            }

            Assert.Equal(results[1], results[0]);
        }
    }

    [Fact]
    public void Resize_SameSize_IsTheSamePicture()
    {
        var frame = Pictures.Gradient(9, 7);

        Assert.Same(frame, PillowResizer.Resize(frame, 9, 7));
    }

    [Theory]
    [InlineData(3, 2, 20, 10, 8, 8)]
    [InlineData(0, 0, 40, 30, 8, 8)]
    [InlineData(39, 29, 1, 1, 8, 8)]
    [InlineData(5, 5, 8, 20, 8, 8)]
    [InlineData(5, 5, 20, 8, 8, 8)]
    [InlineData(5, 5, 8, 8, 8, 8)]
    public void Resize_Crop_EqualsCuttingFirst(int left, int top, int width, int height, int toWidth, int toHeight)
    {
        var frame = Pictures.Gradient(40, 30);
        var cut = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
        {
            frame.Rgb.Span.Slice((((top + row) * 40) + left) * 3, width * 3).CopyTo(cut.AsSpan(row * width * 3));
        }

        var resized = PillowResizer.Resize(frame, toWidth, toHeight, new PixelBox(left, top, width, height));

        var expected = PillowResizer.Resize(new RgbFrame(width, height, cut), toWidth, toHeight);
        Assert.Equal(expected.Rgb.ToArray(), resized.Rgb.ToArray());
    }

    [Theory]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(0, 0, 41, 5)]
    [InlineData(0, 26, 5, 5)]
    [InlineData(0, 0, 0, 5)]
    public void Resize_CropOutside_IsRefused(int left, int top, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PillowResizer.Resize(Pictures.Gradient(40, 30), 8, 8, new PixelBox(left, top, width, height)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resize_FlatPicture_StaysFlat(bool bilinear)
    {
        var resized = PillowResizer.Resize(Pictures.Flat(50, 31, 10, 200, 255), 24, 40, bilinear: bilinear);

        Assert.Equal(Pictures.Flat(24, 40, 10, 200, 255).Rgb.ToArray(), resized.Rgb.ToArray());
    }

    [Fact]
    public void Resize_BilinearHalving_WeighsNeighboursAsATriangle()
    {
        // Halving stretches the triangle to four inputs with weights 1/8, 3/8, 3/8, 1/8; three at the border: 3/7, 3/7, 1/7.
        byte[] row = [0, 0, 0, 80, 80, 80, 160, 160, 160, 240, 240, 240, 40, 40, 40, 0, 0, 0];

        var resized = PillowResizer.Resize(new RgbFrame(6, 1, row), 3, 1, bilinear: true);

        Assert.Equal(
            [(byte)Math.Round((80 * 3 / 7.0) + (160 / 7.0)), (byte)Math.Round((80 / 8.0) + (160 * 3 / 8.0) + (240 * 3 / 8.0) + (40 / 8.0))],
            new[] { resized.Rgb.Span[0], resized.Rgb.Span[3] });
    }

    [Fact]
    public void Resize_FromManyThreads_GivesTheSamePixels()
    {
        var frame = Pictures.Gradient(120, 90);
        var expected = PillowResizer.Resize(frame, 32, 32).Rgb.ToArray();

        Parallel.For(0, 64, index =>
        {
            _ = PillowResizer.Resize(Pictures.Gradient(50 + index, 40 + index), 16 + index, 16, bilinear: true);
            Assert.Equal(expected, PillowResizer.Resize(frame, 32, 32).Rgb.ToArray());
        });
    }
}
