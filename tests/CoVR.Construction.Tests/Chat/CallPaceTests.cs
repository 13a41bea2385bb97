using CoVR.Construction.Chat;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests.Chat;

public sealed class CallPaceTests
{
    private readonly VirtualTime _time = new(TimeSpan.FromHours(1));

    [Fact]
    public async Task WaitAsync_RequestsPerMinute_SpacesTheStarts()
    {
        var pace = new CallPace(new ChatEditOptions { RequestsPerMinute = 30 }, _time);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pace.WaitAsync(TestContext.Current.CancellationToken)));

        Assert.Equal(TimeSpan.FromSeconds(18), Elapsed);
    }

    [Fact]
    public async Task WaitAsync_TokensPerMinute_WaitsUntilWhatWasSpentFits()
    {
        var pace = new CallPace(new ChatEditOptions { TokensPerMinute = 600 }, _time);
        await pace.WaitAsync(TestContext.Current.CancellationToken);
        pace.Spend(100);
        pace.Spend(50);

        await pace.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(TimeSpan.FromSeconds(15), Elapsed);
    }

    [Fact]
    public async Task WaitAsync_Paused_HoldsBackEveryCall()
    {
        var pace = new CallPace(new ChatEditOptions(), _time);
        await pace.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.Zero, Elapsed);
        pace.Pause(TimeSpan.FromSeconds(7));
        pace.Pause(TimeSpan.FromSeconds(3));

        await pace.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(TimeSpan.FromSeconds(7), Elapsed);
    }

    private TimeSpan Elapsed => _time.GetUtcNow() - new VirtualTime(TimeSpan.Zero).GetUtcNow();
}
