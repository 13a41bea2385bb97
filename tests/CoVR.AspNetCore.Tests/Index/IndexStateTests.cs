using CoVR.AspNetCore.Index;

namespace CoVR.AspNetCore.Tests.Index;

public sealed class IndexStateTests
{
    private static readonly JobProgress Scanning = new(0, null, 0, TimeSpan.Zero) { Activity = "scanning" };

    [Fact]
    public void Sum_WhileAFolderIsScannedAgain_StaysReady()
    {
        var state = new IndexState(TimeProvider.System);
        var folder = state.ProgressOf("photos");

        folder.Report(Scanning);
        Assert.True(state.Sum().IsRunning);
        folder.Report(new JobProgress(5, 5, 1, TimeSpan.Zero));
        var (ready, updated) = (state.Sum(), state.Updated);
        folder.Report(Scanning);
        folder.Report(new JobProgress(5, 5, 1, TimeSpan.Zero));

        Assert.Equal((false, 5, 5, 1), ready);
        Assert.Equal((ready, updated), (state.Sum(), state.Updated));
    }

    [Fact]
    public void Sum_WhenAScanFindsSomethingNew_IsRunningAgain()
    {
        var state = new IndexState(TimeProvider.System);
        var folder = state.ProgressOf("photos");
        folder.Report(new JobProgress(5, 5, 0, TimeSpan.Zero));

        folder.Report(Scanning);
        folder.Report(new JobProgress(0, 1, 0, TimeSpan.FromSeconds(1)));

        Assert.Equal((true, 0, 1, 0), state.Sum());
    }
}
