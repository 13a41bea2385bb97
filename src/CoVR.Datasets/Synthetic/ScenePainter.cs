namespace CoVR.Datasets.Synthetic;

/// <summary>Paints scenes: one object with soft edges on a ground, with small random differences between pictures of one scene.</summary>
/// <param name="side">Width and height in pixels.</param>
/// <param name="noise">Standard deviation of the grain, as a part of the full range.</param>
internal sealed class ScenePainter(int side, double noise)
{
    private static readonly Rgb[] Colours =
    [
        new(0.87, 0.13, 0.13), new(0.98, 0.86, 0.12), new(0.24, 0.78, 0.31),
        new(0.15, 0.36, 0.92), new(0.56, 0.22, 0.76), new(0.98, 0.55, 0.77),
    ];

    private static readonly Rgb[] Grounds =
        [new(0.94, 0.95, 0.97), new(0.84, 0.74, 0.56), new(0.49, 0.50, 0.53), new(0.14, 0.33, 0.20), new(0.07, 0.08, 0.15)];

    private static readonly double[] Radii = [0.15, 0.22, 0.31];

    private static readonly (double X, double Y)[] Centres = [(0.5, 0.5), (0.29, 0.5), (0.71, 0.5), (0.5, 0.29), (0.5, 0.71)];

    /// <summary>Paints one picture.</summary>
    public RgbFrame Picture(Scene scene, Random random) => Paint(Sketch.Of(scene, random), random);

    /// <summary>Paints a clip in which the object moves a little around its place: swings, circles or breathes.</summary>
    public IReadOnlyList<RgbFrame> Clip(Scene scene, int frames, Random random)
    {
        var still = Sketch.Of(scene, random);
        var motion = random.Next(4);
        var phase = random.NextDouble() * Math.Tau;
        return [.. Enumerable.Range(0, frames).Select(frame => Paint(still.Moved(motion, phase + (Math.Tau * frame / frames)), random))];
    }

    private RgbFrame Paint(Sketch sketch, Random random)
    {
        var pixels = new byte[side * side * 3];
        for (var row = 0; row < side; row++)
        {
            var y = (row + 0.5) / side;
            for (var column = 0; column < side; column++)
            {
                var cover = Math.Clamp(0.5 - (sketch.Distance((column + 0.5) / side, y) * side), 0, 1);
                var light = 1 + (0.10 * (0.5 - y));
                var at = ((row * side) + column) * 3;
                pixels[at] = Level(sketch.Ground.Red, sketch.Fill.Red, cover, light, random);
                pixels[at + 1] = Level(sketch.Ground.Green, sketch.Fill.Green, cover, light, random);
                pixels[at + 2] = Level(sketch.Ground.Blue, sketch.Fill.Blue, cover, light, random);
            }
        }

        return new RgbFrame(side, side, pixels);
    }

    // Grain from a sum of three uniform numbers: near enough to a normal distribution, and cheap.
    private byte Level(double ground, double fill, double cover, double light, Random random)
    {
        var grain = (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * noise;
        return (byte)Math.Clamp((((ground * light * (1 - cover)) + (fill * light * cover) + grain) * 255) + 0.5, 0, 255);
    }

    /// <summary>A colour with parts in [0, 1].</summary>
    private readonly record struct Rgb(double Red, double Green, double Blue)
    {
        public Rgb Jitter(Random random, double amount) => new(Red + Swing(random, amount), Green + Swing(random, amount), Blue + Swing(random, amount));
    }

    /// <summary>A scene with all random choices made.</summary>
    private readonly record struct Sketch(SceneShape Shape, double X, double Y, double Radius, double Angle, Rgb Fill, Rgb Ground)
    {
        public static Sketch Of(Scene scene, Random random)
        {
            var (x, y) = Centres[(int)scene.Position];
            return new Sketch(
                scene.Shape,
                x + Swing(random, 0.03),
                y + Swing(random, 0.03),
                Radii[(int)scene.Size] * (1 + Swing(random, 0.07)),
                Swing(random, 0.12),
                Colours[(int)scene.Colour].Jitter(random, 0.05),
                Grounds[(int)scene.Background].Jitter(random, 0.03));
        }

        public Sketch Moved(int motion, double phase) => motion switch
        {
            0 => this with { X = X + (0.04 * Math.Sin(phase)) },
            1 => this with { Y = Y + (0.04 * Math.Sin(phase)) },
            2 => this with { X = X + (0.03 * Math.Cos(phase)), Y = Y + (0.03 * Math.Sin(phase)) },
            _ => this with { Radius = Radius * (1 + (0.07 * Math.Sin(phase))), Angle = Angle + (0.10 * Math.Cos(phase)) },
        };

        /// <summary>The signed distance of a point to the object's edge, negative inside.</summary>
        public double Distance(double x, double y)
        {
            var (sin, cos) = Math.SinCos(Angle);
            var (u, v) = ((cos * (x - X)) + (sin * (y - Y)), (cos * (y - Y)) - (sin * (x - X)));
            return Shape switch
            {
                SceneShape.Circle => Math.Sqrt((u * u) + (v * v)) - (0.98 * Radius),
                SceneShape.Triangle => Triangle(u, v, 0.66 * Radius),
                SceneShape.Cross => Math.Min(Box(u, v, Radius, 0.27 * Radius), Box(u, v, 0.27 * Radius, Radius)),
                SceneShape.Ring => Math.Abs(Math.Sqrt((u * u) + (v * v)) - (0.78 * Radius)) - (0.24 * Radius),
                _ => Box(u, v, 1.15 * Radius, 0.38 * Radius),
            };
        }

        private static double Box(double u, double v, double halfWidth, double halfHeight)
        {
            var (x, y) = (Math.Abs(u) - halfWidth, Math.Abs(v) - halfHeight);
            return Math.Sqrt(Sq(Math.Max(x, 0)) + Sq(Math.Max(y, 0))) + Math.Min(Math.Max(x, y), 0);
        }

        // Equal sides, tip up, centred by its height; the largest distance to the sides is exact near the edge, where it matters.
        private static double Triangle(double u, double v, double inner) =>
            Math.Max(v - (1.5 * inner), (0.866 * Math.Abs(u)) - (0.5 * v) - (0.75 * inner));

        private static double Sq(double value) => value * value;
    }

    private static double Swing(Random random, double amount) => ((random.NextDouble() * 2) - 1) * amount;
}
