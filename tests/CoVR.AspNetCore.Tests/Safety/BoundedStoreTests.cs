using CoVR.AspNetCore.Safety;

namespace CoVR.AspNetCore.Tests.Safety;

public sealed class BoundedStoreTests
{
    [Fact]
    public void Add_BeyondTheLimit_DropsWhatWasUsedLeast()
    {
        var dropped = new List<string>();
        var store = new BoundedStore<int>(10, (key, _) => dropped.Add(key));
        store.Add("a", 1, 4);
        store.Add("b", 2, 4);
        store.TryGet("a", out _);

        store.Add("c", 3, 4);

        Assert.Equal(["b"], dropped);
        Assert.Equal(8, store.Size);
        Assert.True(store.TryGet("a", out var kept) && kept == 1);
    }

    [Fact]
    public void Add_OfMoreThanTheLimit_KeepsNothing()
    {
        var store = new BoundedStore<int>(10);
        store.Add("a", 1, 4);

        store.Add("b", 2, 11);

        Assert.Equal(0, store.Size);
        Assert.False(store.TryGet("b", out _));
    }

    [Fact]
    public void Add_OfAKnownKey_ReplacesItsValueAndSize()
    {
        var dropped = new List<string>();
        var store = new BoundedStore<int>(10, (key, _) => dropped.Add(key));
        store.Add("a", 1, 9);

        store.Add("a", 2, 3);

        Assert.Empty(dropped);
        Assert.Equal(3, store.Size);
    }
}
