using CoVR.Modeling;
using CoVR.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Tests.DependencyInjection;

/// <summary>What <c>UseModel</c> registers.</summary>
[Collection("torch")]
public sealed class ModelProviderTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TaskCompletionSource<ComposedModel> _download = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CancellationToken> _loads = [];

    [Fact]
    public async Task GetAsync_ManyCallers_LoadOnceAndBlockNobody()
    {
        await using var services = Services();
        var provider = services.GetRequiredService<IModelProvider>();
        var waiting = Enumerable.Range(0, 50).Select(_ => provider.GetAsync(Cancel).AsTask()).ToArray();
        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        _download.SetResult(FakePipeline.Model());
        var model = Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Same(model, await provider.GetAsync(Cancel));
        Assert.Single(_loads);
    }

    [Fact]
    public async Task GetAsync_AfterAFailedLoad_LoadsAgain()
    {
        var attempts = 0;
        await using var services = Services((_, _, _) => attempts++ == 0 ? throw new CheckpointException("weights", "no network") : ValueTask.FromResult(FakePipeline.Model()));
        var provider = services.GetRequiredService<IModelProvider>();
        await Assert.ThrowsAsync<CheckpointException>(async () => await provider.GetAsync(Cancel));
        Assert.NotNull(await provider.GetAsync(Cancel));
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task GetAsync_OneOfTwoCancelled_GoesOnForTheOther()
    {
        await using var services = Services();
        var provider = services.GetRequiredService<IModelProvider>();
        using var stop = new CancellationTokenSource();
        var (first, second) = (provider.GetAsync(stop.Token).AsTask(), provider.GetAsync(Cancel).AsTask());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(Assert.Single(_loads).IsCancellationRequested);
        _download.SetResult(FakePipeline.Model());
        Assert.NotNull(await second);
    }

    [Fact]
    public async Task GetAsync_AllCancelled_EndsTheLoadAndTheNextCallLoadsAgain()
    {
        await using var services = Services();
        var provider = services.GetRequiredService<IModelProvider>();
        using var stop = new CancellationTokenSource();
        var only = provider.GetAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only);
        Assert.True(Assert.Single(_loads).IsCancellationRequested);
        _download.SetResult(FakePipeline.Model());
        Assert.NotNull(await provider.GetAsync(Cancel));
        Assert.Equal(2, _loads.Count);
    }

    [Fact]
    public async Task Dispose_OfTheContainer_DisposesTheModelAndEndsWaits()
    {
        var loaded = Services((_, _, _) => ValueTask.FromResult(FakePipeline.Model()));
        var provider = loaded.GetRequiredService<IModelProvider>();
        var model = await provider.GetAsync(Cancel);
        await loaded.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(model.Borrow);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await provider.GetAsync(Cancel));

        var loading = Services((_, _, cancel) => new ValueTask<ComposedModel>(_download.Task.WaitAsync(cancel)));
        var waiting = loading.GetRequiredService<IModelProvider>().GetAsync(Cancel).AsTask();
        await loading.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task UseModel_OfALoadedModel_LeavesItToTheCaller()
    {
        using var model = FakePipeline.Model();
        await using (var services = new ServiceCollection().AddCoVR().UseModel(model).Services.BuildServiceProvider())
        {
            Assert.Same(model, await services.GetRequiredService<IModelProvider>().GetAsync(Cancel));
        }

        model.Borrow().Dispose();
    }

    [Fact]
    public async Task Gallery_OfAModelThatIsNotLoaded_WaitsForIt()
    {
        await using var services = Services();
        var count = services.GetRequiredService<IGallery>().CountAsync(null, Cancel).AsTask();
        Assert.False(count.IsCompleted);
        _download.SetResult(FakePipeline.Model());
        Assert.Equal(0, await count);
    }

    private ServiceProvider Services(Func<IServiceProvider, string, CancellationToken, ValueTask<ComposedModel>>? load = null) =>
        new ServiceCollection().AddCoVR().UseModel(load ?? ((_, _, cancel) =>
        {
            _loads.Add(cancel);
            return new ValueTask<ComposedModel>(_download.Task);
        })).Services.BuildServiceProvider();
}
