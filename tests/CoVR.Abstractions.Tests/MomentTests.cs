namespace CoVR.Abstractions.Tests;

public sealed class MomentTests
{
    [Fact]
    public void Of_APlateau_EndsHalfWayToTheFramesBesideIt()
    {
        var moment = Of([0, 2, 4, 6, 8], [0.2f, 0.8f, 0.9f, 0.85f, 0.1f]);
        Assert.Equal((1, 7, 4), (moment.Start.TotalSeconds, moment.End.TotalSeconds, moment.Best.TotalSeconds));
    }

    [Fact]
    public void Of_TwoPlateaus_IsThatOfTheBestFrame()
    {
        var moment = Of([0, 1, 2, 3, 4], [0.8f, 0.1f, 0.1f, 0.9f, 0.8f]);
        Assert.Equal((2.5, 4.5, 3), (moment.Start.TotalSeconds, moment.End.TotalSeconds, moment.Best.TotalSeconds));
    }

    [Fact]
    public void Of_NearlyEqualScores_IsTheWholeVideo()
    {
        var moment = Of([1, 3, 5], [0.50f, 0.49f, 0.48f]);
        Assert.Equal((0, 6), (moment.Start.TotalSeconds, moment.End.TotalSeconds));
    }

    [Fact]
    public void Of_NegativeScores_StillHasTheBestFrame()
    {
        var moment = Of([0, 1, 2], [-0.9f, -0.1f, -0.8f]);
        Assert.Equal((0.5, 1.5, 1), (moment.Start.TotalSeconds, moment.End.TotalSeconds, moment.Best.TotalSeconds));
    }

    [Fact]
    public void Of_OneFrame_HasNoLength() => Assert.Equal(new Moment(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), Of([3], [0.4f]));

    [Fact]
    public void Of_TimesOutOfOrder_SortsThem() => Assert.Equal(Of([0, 1, 2, 3], [0.1f, 0.9f, 0.8f, 0.1f]), Of([3, 1, 0, 2], [0.1f, 0.9f, 0.1f, 0.8f]));

    [Fact]
    public void Of_CountsThatDiffer_IsRefused() => Assert.Throws<ArgumentException>(() => Of([0, 1], [1]));

    private static Moment Of(double[] seconds, float[] scores) => Moment.Of([.. seconds.Select(TimeSpan.FromSeconds)], scores);
}
