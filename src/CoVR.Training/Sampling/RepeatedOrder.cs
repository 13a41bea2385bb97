namespace CoVR.Training;

/// <summary>A shuffled order that starts anew, shuffled again, when fewer items are left than asked for.</summary>
internal sealed class RepeatedOrder(int count, Random random)
{
    private readonly int[] _order = [.. Enumerable.Range(0, count)];
    private int _next = count;

    internal int[] Take(int size)
    {
        if (_next + size > _order.Length)
        {
            SeededRandom.Shuffle(random, _order);
            _next = 0;
        }

        _next += size;
        return _order[(_next - size).._next];
    }
}
