namespace CoVR.Media.Transforms;

/// <summary>An affine map: x' = A x + B y + C, y' = D x + E y + F.</summary>
internal readonly record struct AffineMatrix(double A, double B, double C, double D, double E, double F)
{
    /// <summary>The rotation of OpenCV's <c>getRotationMatrix2D</c> with scale 1.</summary>
    internal static AffineMatrix Rotation(float centerX, float centerY, double degrees)
    {
        var radians = degrees * (Math.PI / 180);
        var (sin, cos) = (Math.Sin(radians), Math.Cos(radians));
        return new(
            cos, sin, ((1 - cos) * centerX) - (sin * centerY),
            -sin, cos, (sin * centerX) + ((1 - cos) * centerY));
    }

    /// <summary>The inverse as OpenCV's <c>warpAffine</c> computes it; zero for a matrix that has none.</summary>
    internal AffineMatrix Inverse()
    {
        var determinant = (A * E) - (B * D);
        var scale = determinant != 0 ? 1 / determinant : 0;
        var (a, b, d, e) = (E * scale, B * -scale, D * -scale, A * scale);
        return new(a, b, (-a * C) - (b * F), d, e, (-d * C) - (e * F));
    }
}
