using CoVR.Conformance.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Reports;

/// <summary>What a report says about one tensor.</summary>
[Collection("torch")]
public sealed class ParityEntryTests
{
    private static readonly ParityTolerance Tolerance = new(0.1, 0.01);

    [Fact]
    public void Compare_WithinTheTolerance_StatesTheLargestDifferences()
    {
        var entry = Compare([1f, 2f, -100f], [1.05f, 2.1f, -100.5f]);
        Assert.Equal(ParityVerdict.Agrees, entry.Verdict);
        Assert.Equal(0.5, entry.MaxAbsolute, 1e-4);
        Assert.Equal(0.05, entry.MaxRelative, 1e-4);
    }

    [Fact]
    public void Compare_OneNumberOutside_SaysWhereAndWhat()
    {
        using var reference = tensor(new float[] { 0, 0, 0, 0, 0, 0 }, [2, 3]);
        using var ours = tensor(new float[] { 0, 0, 0, 0, 0.5f, 0.2f }, [2, 3]);
        var entry = Compare(NpyArray.Of(reference), ours);
        Assert.Equal(ParityVerdict.Differs, entry.Verdict);
        Assert.Equal([1L, 1L], entry.At!);
        Assert.Equal((0.5, 0.0), (entry.Ours, entry.Reference));
        Assert.Equal(double.PositiveInfinity, entry.MaxRelative);
        Assert.Contains("0.5 at [1, 1] where the reference has 0, allowed 0.1 + 0.01 relative", entry.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(1f, float.NaN)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity, float.NaN)]
    public void Compare_NotFiniteOnOneSide_IsNamed(float reference, float ours)
    {
        var entry = Compare([0f, reference, 9f], [0f, ours, 0f]);
        Assert.Equal(ParityVerdict.NotFinite, entry.Verdict);
        Assert.Equal([1L], entry.At!);
        Assert.True(entry.Diverges);
    }

    [Fact]
    public void Compare_NotFiniteOnBothSides_Agrees() =>
        Assert.Equal(ParityVerdict.Agrees, Compare([float.NaN, float.NegativeInfinity, 1f], [float.NaN, float.NegativeInfinity, 1f]).Verdict);

    [Fact]
    public void Compare_AnotherShapeOfTheSameNumbers_IsNamed()
    {
        using var reference = zeros(2, 3);
        using var ours = zeros(3, 2);
        var entry = Compare(NpyArray.Of(reference), ours);
        Assert.Equal(ParityVerdict.ShapeDiffers, entry.Verdict);
        Assert.Equal("layer: shape [3, 2] here, [2, 3] in the reference", entry.ToString());
    }

    [Fact]
    public void Compare_IntegersWithFloats_IsNamed()
    {
        using var reference = zeros(2, ScalarType.Int64);
        using var ours = zeros(2);
        var entry = Compare(NpyArray.Of(reference), ours);
        Assert.Equal(ParityVerdict.TypeDiffers, entry.Verdict);
        Assert.Equal("layer: float32 here, int64 in the reference", entry.ToString());
    }

    [Fact]
    public void Compare_FloatsOfAnotherWidth_ComparesAndRemarks()
    {
        using var reference = tensor(new float[] { 1, 2 }, ScalarType.Float16);
        using var ours = tensor(new float[] { 1, 2 });
        var entry = Compare(NpyArray.Of(reference), ours);
        Assert.Equal(ParityVerdict.Agrees, entry.Verdict);
        Assert.Equal("float32 here, float16 in the reference", entry.Note);
    }

    [Fact]
    public void Compare_OfNothing_Agrees() => Assert.Equal(ParityVerdict.Agrees, Compare([], []).Verdict);

    [Fact]
    public void ToString_OfAThousandTensors_ShowsWhereItStarts()
    {
        using var zero = zeros(1);
        using var one = ones(1);
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"layer.{i}")];
        using var reference = ReferenceTensors.Of(names.Select(name => KeyValuePair.Create(name, NpyArray.Of(zero))));
        var report = ParityReport.Compare("deep", reference, names.Select((name, i) => KeyValuePair.Create(name, i < 500 ? zero : one)), Tolerance);
        var text = report.ToString();
        Assert.Equal("layer.500", report.FirstDivergence!.Name);
        Assert.Contains("layer.499 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("layer.400 ", text, StringComparison.Ordinal);
        Assert.InRange(text.Split('\n').Length, 20, 100);
        Assert.Contains("500 of 1000 tensors agree. First divergence: layer.500 [1]", text, StringComparison.Ordinal);
    }

    private static ParityEntry Compare(float[] reference, float[] ours)
    {
        using var scope = NewDisposeScope();
        return Compare(NpyArray.Of(tensor(reference)), tensor(ours));
    }

    private static ParityEntry Compare(NpyArray reference, Tensor ours)
    {
        using var tensors = ReferenceTensors.Of([KeyValuePair.Create("layer", reference)]);
        return ParityReport.Compare("one", tensors, [KeyValuePair.Create("layer", ours)], Tolerance).Entries.Single();
    }
}
