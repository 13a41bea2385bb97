using CoVR.Construction.Review;

namespace CoVR.Construction.Tests.Review;

public sealed class AgreementTests
{
    /// <summary>A table of Cohen's paper form: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no.</summary>
    [Fact]
    public void Measure_KnownTable_GivesItsKappa()
    {
        var figures = Agreement.Measure([.. Many(20, "yes", "yes"), .. Many(5, "yes", "no"), .. Many(10, "no", "yes"), .. Many(15, "no", "no")]);

        Assert.Equal((50, 35), (figures.Compared, figures.Agreed));
        Assert.Equal(0.4, figures.Kappa!.Value, 12);
    }

    [Fact]
    public void Measure_OneAnswerOnly_HasNoKappa()
    {
        Assert.Equal(new AgreementFigures(3, 3, null), Agreement.Measure([.. Many(3, "yes", "yes")]));
        Assert.Equal(new AgreementFigures(0, 0, null), Agreement.Measure([]));
    }

    [Fact]
    public void Measure_AlwaysTheOpposite_IsMinusOne() =>
        Assert.Equal(-1, Agreement.Measure([.. Many(2, "yes", "no"), .. Many(2, "no", "yes")]).Kappa);

    private static IEnumerable<(string A, string B)> Many(int count, string a, string b) => Enumerable.Repeat((a, b), count);
}
